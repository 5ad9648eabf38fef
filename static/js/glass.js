// The glass that somebody signs on: strokes that stay when it changes its size, kept as a picture in the form.
"use strict";

const pads = new WeakMap();

function dressGlass(glass) {
  if (pads.has(glass)) return;
  const canvas = glass.querySelector("canvas"), drawing = glass.querySelector("[name=drawing]"), form = glass.closest("form");
  canvas.hidden = glass.querySelector(".glass-foot").hidden = false;
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3, penColor: "#17222a" });
  pads.set(glass, pad);
  const fit = () => {
    const ratio = Math.max(devicePixelRatio || 1, 1), { offsetWidth: width, offsetHeight: height } = canvas;
    if (!width || canvas.width === Math.round(width * ratio)) return;
    const strokes = pad.toData();
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    canvas.getContext("2d").scale(ratio, ratio);
    if (strokes.length || !drawing.value) pad.fromData(strokes);
    else pad.fromDataURL(drawing.value, { ratio: 1, width, height }); // drawn before the page came back
  };
  const clear = () => { pad.clear(); drawing.value = ""; };
  new ResizeObserver(fit).observe(canvas);
  // From the first stroke on, the glass is not drawn anew under the finger; and during one nothing is that would move it.
  pad.addEventListener("beginStroke", () => { form.dataset.typed = glass.dataset.pen = "1"; });
  pad.addEventListener("endStroke", () => {
    drawing.value = pad.toDataURL();
    glass.querySelector(".error")?.remove();
    delete glass.dataset.pen;
    document.dispatchEvent(new CustomEvent("field:lifted"));
  });
  glass.querySelector("[data-clear]").addEventListener("click", clear);
  form.addEventListener("reset", clear);
}

// Nothing on the glass is said at once, before anything is kept. A glass that is not shown asks nothing.
document.addEventListener("submit", (event) => {
  const glass = event.target.querySelector("[data-glass]");
  if (!glass || !glass.offsetParent || event.submitter?.formNoValidate || glass.querySelector("[name=drawing]").value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!glass.querySelector(".error")) glass.append(Object.assign(document.createElement("p"), { className: "error", role: "alert", textContent: glass.dataset.empty }));
  glass.scrollIntoView({ block: "center" });
}, true);
