// The client's page of a quote: the total follows what is ticked, as the server counts it; a signature drawn or typed.
"use strict";

const answer = document.querySelector("[data-answer]"), approve = answer.querySelector(".answer .primary");

// --- the total -------------------------------------------------------------------------------------

let turn = 0;

async function count() {
  const mine = ++turn, sums = answer.querySelector("[data-sums]");
  approve.disabled = true;
  sums.setAttribute("aria-busy", "true");
  answer.querySelector(".total-failed")?.remove();
  let told = { error: answer.dataset.failed };
  try {
    const texts = [...new FormData(answer)].filter(([name]) => name.startsWith("accepted"));
    told = await (await fetch(answer.dataset.totalOf, { method: "POST", body: new URLSearchParams(texts) })).json();
  } catch { /* said below */ }
  if (mine !== turn) return;
  sums.setAttribute("aria-busy", "false");
  if (told.error) {
    sums.before(Object.assign(document.createElement("p"), { className: "error total-failed", role: "alert", textContent: told.error }));
    return;
  }
  sums.innerHTML = told.sums; // our own, escaped by the server
  document.querySelectorAll("[data-total]").forEach((total) => (total.textContent = told.total));
  document.querySelectorAll("[data-deposit]").forEach((deposit) => (deposit.textContent = told.deposit));
  answer.elements.shown.value = told.shown;
  approve.disabled = false;
}

// Gone, not only hidden: Enter in a field presses the first button of a form, and nothing where that one is disabled.
answer.querySelector("[data-look]")?.remove();
answer.addEventListener("change", (event) => { if (event.target.name.startsWith("accepted")) count(); });
// A browser that goes back ticks what was ticked: the total is asked for anew. A fresh page needs no asking, and Enter
// presses its button at once.
window.addEventListener("pageshow", (event) => {
  const boxes = answer.querySelectorAll("[name^=accepted]:is([type=radio], [type=checkbox])");
  if (boxes.length && (event.persisted || [...boxes].some((one) => one.checked !== one.defaultChecked))) count();
});

// --- the other language, which loses nothing that was ticked or typed -----------------------------------

let touched = answer.action.split("?")[0] === location.href.split(/[?#]/)[0]; // it came back as it was typed
for (const event of ["input", "change", "pointerup"]) answer.addEventListener(event, () => (touched = true));
document.querySelectorAll(".portal-head a[lang], .answer a[lang]").forEach((link) => link.addEventListener("click", (event) => {
  if (!touched || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const there = new URL(answer.action), look = Object.assign(document.createElement("input"), { type: "hidden", name: "look", value: "1" });
  there.searchParams.set("language", new URL(link.href).searchParams.get("language"));
  there.hash = link.hash;
  answer.action = there;
  answer.append(look);
  answer.submit(); // as it is, not yet to be signed
}));

// --- the signature ---------------------------------------------------------------------------------

const sign = answer.querySelector("[data-sign]"), ways = sign.querySelectorAll("[data-way]"), typed = answer.elements.typed;

function choose(way) {
  ways.forEach((button) => button.setAttribute("aria-pressed", button.dataset.way === way));
  sign.querySelector("[data-draw]").hidden = way !== "draw";
  sign.querySelector("[data-type]").hidden = way !== "type";
  if (way === "draw") typed.value = "";
  else sign.querySelector("[data-clear]").click();
}

sign.querySelector(".ways").hidden = false;
sign.querySelectorAll("[data-glass]").forEach(dressGlass);
choose(typed.value || typed.getAttribute("aria-invalid") === "true" ? "type" : "draw");
ways.forEach((button) => button.addEventListener("click", () => { choose(button.dataset.way); if (button.dataset.way === "type") typed.focus(); }));
// What is wrong first; once the browser has gone to the place that the address names.
window.addEventListener("load", () => setTimeout(() => {
  const wrong = answer.querySelector(".wrong");
  wrong?.scrollIntoView({ block: "center" });
  wrong?.querySelector("[aria-invalid]")?.focus({ preventScroll: true });
}));
