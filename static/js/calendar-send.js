// What the calendar tells the server, and what it tells the person: a move, its answer, a way back.

export const root = document.getElementById("calendar");
export const told = JSON.parse(root.dataset.told);
const token = () => document.querySelector("[name=csrf_token]").value;

export function icon(name) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${told.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

// Gives `{ok, status, answer}`; the answer of a server that is not there is a sentence.
export async function send(url, fields) {
  try {
    const body = new URLSearchParams({ csrf_token: token(), ...fields });
    const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    return { ok: response.ok, status: response.status, answer: await response.json() };
  } catch {
    return { ok: false, status: 0, answer: { message: told.words.failed } };
  }
}

export const plan = (id, fields) => send(`${told.visits}${id}/plan`, fields);
export const unplan = (id, fields) => send(`${told.visits}${id}/unplan`, fields);

// One message of the calendar at a time: the last move is the one to undo.
export function toast(tone, message, { warnings = [], undo } = {}) {
  const box = document.querySelector(".toasts");
  box.querySelector("[data-calendar]")?.remove();
  const text = make("span", "toast-text", message, ...warnings.map((warning) => make("span", "toast-warning", icon("triangle-alert"), warning)));
  const item = make("div", `toast ${warnings.length ? "warn" : tone}`, icon(tone === "good" && !warnings.length ? "circle-check" : "circle-alert"), text);
  item.dataset.calendar = "";
  const close = make("button", "", icon("x"));
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", told.words.close);
  if (undo) {
    const back = make("button", "undo", icon("undo-2"), told.words.undo);
    back.type = "button";
    back.addEventListener("click", () => { item.remove(); undo(); });
    item.append(back);
  }
  item.append(close);
  box.append(item);
  if (tone === "good" && !warnings.length) setTimeout(() => { if (!item.matches(":hover, :focus-within")) item.remove(); }, 15000);
}

// --- clocks: the company's, whatever the browser's is ---------------------------------------------

const two = (number) => String(number).padStart(2, "0");

// The calendar hands out dates whose local parts are the company's.
export const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
export const wallOf = (date) => `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;

export function clock(date, bare = false) {
  const hour = date.getHours(), minute = two(date.getMinutes());
  if (told.french) return bare ? `${hour}\u00a0h` : `${hour}\u00a0h\u00a0${minute}`;
  return `${hour % 12 || 12}${bare ? "" : `:${minute}`}\u00a0${hour < 12 ? "a.m." : "p.m."}`;
}

// `15` minutes after `2026-11-24T08:30`, without any clock that changes.
export const later = (wall, minutes) => new Date(Date.parse(`${wall}:00Z`) + minutes * 60000).toISOString().slice(0, 16);
