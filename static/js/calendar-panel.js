// The panel of a visit: who, where, what, and a form that plans it without a mouse.

import { dayOf, later, plan, told, unplan, wallOf } from "./calendar-send.js";
import { showOffers } from "./calendar-suggest.js";

const panel = document.getElementById("visit-panel"), form = panel.querySelector("form");
const part = (name) => panel.querySelector(`[data-panel=${name}]`);
let visit = null, took = null, nights = 0;

// `spot` is where a visit of the list was let go, where it was.
export function openPanel(event, whenDone, spot = null) {
  const about = event.extendedProps;
  [visit, took] = [event, whenDone];
  for (const name of ["number", "what", "address", "who", "status"]) part(name).textContent = about[name] || "—";
  part("title").textContent = event.title;
  part("status").hidden = !about.status;
  part("status").className = `pill pill-${about.tone ?? "neutral"}`;
  part("when").textContent = [about.day, about.when].filter(Boolean).join(", ");
  part("url").href = about.url;
  if (told.may_plan) fill(event, about, spot);
  panel.showModal();
}

function fill(event, about, spot) {
  const mayPlan = !about.status || event.startEditable;
  panel.querySelectorAll("[data-plan-fields]").forEach((element) => (element.hidden = element.disabled = !mayPlan));
  panel.querySelector("[data-unplan]").hidden = !mayPlan || !about.starts;
  const here = spot ? (spot.allDay ? `${dayOf(spot.date)}T08:00` : wallOf(spot.date)) : told.date <= told.soonest.slice(0, 10) ? told.soonest : `${told.date}T08:00`;
  const starts = about.starts ?? here, ends = about.ends ?? later(starts, about.minutes);
  nights = Math.round((Date.parse(ends.slice(0, 10)) - Date.parse(starts.slice(0, 10))) / 86400000);
  const fields = form.elements;
  [fields.day.value, fields.from.value] = starts.split("T");
  fields.to.value = ends.split("T")[1];
  fields.any_time.checked = about.starts ? event.allDay : Boolean(spot?.allDay);
  fields.person.value = about.person ?? told.query.person ?? "";
  fields.team.value = about.team ?? told.query.team ?? "";
  timeless();
  part("error").hidden = true;
  offer();
}

// Who could go that day: one of them fills the form in.
function offer() {
  const { day, from, to, any_time: any, person, team } = form.elements;
  if (panel.querySelector("[data-offers]").disabled || !day.value) return;
  showOffers(visit.id, day.value, (one) => {
    [day.value, from.value, to.value, person.value, team.value] = [one.day, one.from, one.to, one.person, ""];
    [any.checked, nights] = [false, 0];
    timeless();
  });
}

const timeless = () => ["from", "to"].forEach((name) => (form.elements[name].disabled = form.elements.any_time.checked));

function fields() {
  const { day, from, to, any_time: any, person, team } = form.elements;
  const who = { version: visit.extendedProps.version, person: person.value, team: team.value };
  if (any.checked) return { ...who, starts_at: day.value, any_time: "1" };
  // A visit over midnight stays one; nothing else makes one by a slip.
  const last = later(`${day.value}T00:00`, nights * 1440).slice(0, 10);
  return { ...who, starts_at: `${day.value}T${from.value}`, ends_at: `${last}T${to.value}` };
}

async function give(command, data) {
  const result = await command(visit.id, data);
  if (result.ok || result.status === 409) {
    panel.close();
    return took(result);
  }
  part("error").textContent = result.answer.message;
  part("error").hidden = false;
}

if (told.may_plan) {
  form.elements.any_time.addEventListener("change", timeless);
  form.elements.day.addEventListener("change", offer);
  panel.querySelector("[data-unplan]").addEventListener("click", () => give(unplan, { version: visit.extendedProps.version }));
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (told.may_plan) give(plan, fields());
});
panel.addEventListener("click", (event) => {
  if (event.target === panel || event.target.closest("[data-close]")) panel.close();
});
