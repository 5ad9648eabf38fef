// For the company's own site: the form's frame becomes as high as the form, and shows its top after each step.
"use strict";

(() => {
  const ours = new URL(document.currentScript.src).origin;
  const frames = [...document.querySelectorAll("iframe[data-sercom]")];
  addEventListener("message", (event) => {
    if (event.origin !== ours || event.data?.sercom !== "height") return;
    const frame = frames.find((one) => one.contentWindow === event.source);
    if (frame) frame.style.height = `${Math.ceil(Number(event.data.height))}px`;
  });
  frames.forEach((frame) => {
    let pages = 0;
    frame.addEventListener("load", () => { if (pages++ && frame.getBoundingClientRect().top < 0) frame.scrollIntoView(); });
  });
})();
