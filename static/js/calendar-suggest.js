// What the calendar proposes: who could take a visit, and what could take a time that became free.

import { icon, make, plan, told } from "./calendar-send.js";

let asked = 0;

function button(...children) {
  const element = make("button", "button", ...children);
  element.type = "button";
  return element;
}

// Who could go, for the panel of a visit; `choose` takes the one that is pressed.
export async function showOffers(id, day, choose) {
  const box = document.querySelector("[data-offers]"), turn = ++asked;
  box.hidden = true;
  let found = [];
  try {
    const response = await fetch(`${told.visits}${id}/suggestions?day=${day}`, { headers: { Accept: "application/json" } });
    if (response.ok) found = await response.json();
  } catch { /* without them the form is what it was */ }
  if (turn !== asked) return;
  box.hidden = !found.length;
  box.querySelector("ul").replaceChildren(...found.map((one) => {
    const press = button(icon("calendar-clock"), make("span", "", make("strong", "", one.name), " ", make("span", "", one.when)));
    press.addEventListener("click", () => {
      box.querySelector("[aria-pressed]")?.removeAttribute("aria-pressed");
      press.setAttribute("aria-pressed", "true");
      choose(one);
    });
    return make("li", "", press, make("span", "muted", one.reason));
  }));
}

// Visits that fit where another was taken off: a press plans one there. `took` takes the answer.
export function showGap(fillers, took) {
  const box = document.querySelector("[data-gap]");
  if (!box) return;
  box.hidden = !fillers?.length;
  box.querySelector("ul").replaceChildren(...(fillers ?? []).map((one) => {
    const press = button(icon("calendar-clock"), one.label);
    press.addEventListener("click", async () => took(await plan(one.id, one.fields)));
    return make("li", "", press, make("div", "", make("span", "", make("strong", "", one.title), ` · ${one.what}`), make("span", "muted", one.reason)));
  }));
}
