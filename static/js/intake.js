// The public form: questions of the chosen service, phone and postal code formatted as they are typed.
"use strict";

const intake = document.querySelector("form[data-intake]");

// --- questions that belong to a service -----------------------------------------------------------

const chosen = intake.querySelector("[name=service]"), groups = [...intake.querySelectorAll("[data-services]")];
const showQuestions = () => groups.forEach((group) => (group.hidden = !group.dataset.services.split(" ").includes(chosen.value)));
groups.forEach((group) => group.querySelector("legend").classList.add("sr"));
chosen.addEventListener("change", showQuestions);
addEventListener("pageshow", showQuestions); // a browser that goes back fills the form again
showQuestions();

// --- what is wrong: the summary first -------------------------------------------------------------

intake.querySelector("[data-summary]")?.focus();

// --- the other language, which loses nothing that was typed -----------------------------------------

const ASIDE = new Set(["ticket", "client", "urgency", "province"]); // has a value from the start
const isTyped = () => document.querySelector(".shot") || [...new FormData(intake)].some(([name, value]) => !ASIDE.has(name) && (value.name ?? value) !== "");

document.querySelector(".portal-head a[lang]")?.addEventListener("click", (event) => {
  if (!isTyped() || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  intake.append(Object.assign(document.createElement("input"), { type: "hidden", name: "look", value: "1" }));
  intake.action = event.currentTarget.href;
  intake.requestSubmit(); // behind its photos
});

// --- formatted as typed -----------------------------------------------------------------------------

const groupsOf = (digits) => [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];

function phoneOf(text) {
  const digits = text.replace(/\D/g, "");
  if (/[^\d\s().-]/.test(text) || digits.length > 10 || digits.startsWith("1") || digits.startsWith("0")) return text; // abroad, an extension
  const [area, exchange, line] = groupsOf(digits);
  return area + (exchange && ` ${exchange}`) + (line && `-${line}`);
}

// As far as it is one: letters and digits in turn.
function postalCodeOf(text) {
  const code = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return /^([A-Z]\d){0,3}[A-Z]?$/.test(code) && code.length < 7 ? code.slice(0, 3) + (code.length > 3 ? ` ${code.slice(3)}` : "") : text;
}

// The caret stays behind the same letter or digit; what is being deleted is left alone.
function formatted(input, write) {
  input.addEventListener("input", (event) => {
    if (event.inputType?.startsWith("delete")) return;
    const before = input.value.slice(0, input.selectionStart).replace(/[^A-Za-z0-9+]/g, "").length;
    const text = write(input.value);
    if (text === input.value) return;
    input.value = text;
    let at = 0;
    for (let seen = 0; seen < before && at < text.length; at++) if (/[A-Za-z0-9+]/.test(text[at])) seen++;
    input.setSelectionRange(at, at);
  });
  input.addEventListener("change", () => (input.value = write(input.value)));
}

formatted(intake.querySelector("[name=phone]"), phoneOf);
formatted(intake.querySelector("[name=postal_code]"), postalCodeOf);
