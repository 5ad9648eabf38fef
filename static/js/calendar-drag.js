// A visit of the list, taken with the mouse, or with a finger that held it, and let go over the calendar.

import { clock, make } from "./calendar-send.js";

const FAR = 6, HELD = 350; // pixels, milliseconds

export function takeFrom(row, calendar, fell) {
  const handle = row.querySelector(".handle");
  let ghost = null, start = null, timer = null, spot = null;

  function lift() {
    ghost = make("div", "dragged", make("strong", "", row.dataset.title), make("span", ""));
    document.body.append(ghost);
    row.classList.add("lifted");
    document.body.classList.add("dragging-visit");
  }

  function follow(x, y) {
    ghost.style.translate = `${x + 12}px ${y + 12}px`;
    spot = calendar.dateFromPoint(x, y);
    ghost.lastChild.textContent = spot ? [spot.resource?.title, spot.allDay ? "" : clock(spot.date)].filter(Boolean).join(" · ") : "";
    ghost.classList.toggle("nowhere", !spot);
    if (y < 40 || y > innerHeight - 40) scrollBy(0, y < 40 ? -12 : 12);
  }

  function end() {
    clearTimeout(timer);
    ghost?.remove();
    row.classList.remove("lifted");
    document.body.classList.remove("dragging-visit");
    ghost = start = timer = spot = null;
  }

  handle.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    start = [event.clientX, event.clientY];
    if (event.pointerType === "mouse") event.preventDefault(); // no text is marked
    else timer = setTimeout(() => { lift(); follow(...start); navigator.vibrate?.(15); }, HELD);
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start) return;
    const far = Math.hypot(event.clientX - start[0], event.clientY - start[1]) > FAR;
    if (!ghost && far && event.pointerType !== "mouse") return end(); // the finger scrolls
    if (!ghost && far) lift();
    if (ghost) follow(event.clientX, event.clientY);
  });
  handle.addEventListener("pointerup", () => {
    const there = ghost && spot;
    end();
    if (there && !there.disabled) fell(row, there);
  });
  handle.addEventListener("pointercancel", end);
  handle.addEventListener("touchmove", (event) => { if (ghost) event.preventDefault(); }, { passive: false });
  handle.addEventListener("contextmenu", (event) => { if (timer) event.preventDefault(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && ghost) end(); });
}
