// Copies a text beside its button; without a script it is selected by hand.
"use strict";

document.querySelectorAll("[data-copy]").forEach((button) => {
  const text = document.getElementById(button.dataset.copy), words = button.querySelector("span"), usual = words.textContent;
  button.hidden = false;
  text.addEventListener("focus", () => text.select());
  button.addEventListener("click", async () => {
    text.select();
    try { await navigator.clipboard.writeText(text.value); } catch { document.execCommand("copy"); }
    words.textContent = button.dataset.done;
    setTimeout(() => (words.textContent = usual), 2000);
  });
});
