// Photos opened large, one after the other; without a script each is a link to the picture.
"use strict";

document.querySelectorAll("[data-lightbox]").forEach((list) => {
  const box = list.parentElement.querySelector(".lightbox"), image = box.querySelector("img"), words = box.querySelector("figcaption");
  const links = [...list.querySelectorAll("a")];
  let at = 0;
  const show = (index) => {
    at = (index + links.length) % links.length;
    image.src = links[at].href;
    image.alt = links[at].querySelector("img").alt;
    words.textContent = [links[at].dataset.words, `${at + 1} / ${links.length}`].filter(Boolean).join(" · ");
  };
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
    box.showModal();
  }));
  box.querySelector(".back").addEventListener("click", () => show(at - 1));
  box.querySelector(".on").addEventListener("click", () => show(at + 1));
  box.querySelector(".close").addEventListener("click", () => box.close());
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  box.addEventListener("close", () => links[at].focus());
  [".back", ".on"].forEach((name) => (box.querySelector(name).hidden = links.length < 2));
});
