// The calendar: drawn from what the server tells, moved by mouse or finger, every move asked of the server.

import { clock, dayOf, icon, make, plan, root, send, toast, told, wallOf } from "./calendar-send.js";
import { openPanel } from "./calendar-panel.js";
import { takeFrom } from "./calendar-drag.js";
import { showGap } from "./calendar-suggest.js";

const SAID = "calendar-said";
const PHONE = matchMedia("(max-width: 40rem)");
const VIEWS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth", dispatch: "resourceTimelineDay", "dispatch-week": "resourceTimelineMonth" };
const dispatch = told.view.startsWith("dispatch");
const waiting = document.querySelector(".unplanned ul"), taken = new Map();
// Those that wait and are not in the list: it holds the first ones alone.
const unlisted = waiting ? Number(document.querySelector("[data-count]").textContent) - waiting.children.length : 0;
let calendar = null;

// A week does not fit on a phone: a day does, unless the address says otherwise.
if (PHONE.matches && !told.chosen && told.view === "week") {
  location.replace(`?${new URLSearchParams({ ...told.query, view: "day" })}`);
}

// --- what is drawn ---------------------------------------------------------------------------------

async function events({ startStr, endStr }) {
  const asked = new URLSearchParams({ ...told.query, start: startStr.slice(0, 10), end: endStr.slice(0, 10) });
  if (dispatch) told.rows.forEach((row) => asked.append("row", row.id));
  const response = await fetch(`${told.events}?${asked}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

function content({ event, view }) {
  if (event.display === "background") return { domNodes: [make("span", "behind", event.title)] };
  const about = event.extendedProps, nodes = [], first = make("span", "line");
  if (about.icon) first.append(icon(about.icon));
  const month = view.type === "dayGridMonth", whole = month && !event.start.getMinutes();
  const time = event.allDay ? "" : clock(event.start, whole);
  if (time && month) first.append(make("span", "at", time));
  first.append(make("strong", "", event.title));
  nodes.push(first, make("span", "more", [view.type !== "resourceTimelineDay" && time, about.city, !dispatch && about.who, about.number].filter(Boolean).join(" · ")));
  nodes.push(make("span", "sr", [about.status, about.day, about.when, about.what, about.who].join(", ")));
  nodes[0].dataset.visit = event.id;
  return { domNodes: nodes };
}

// --- moves -----------------------------------------------------------------------------------------

// Somebody of each kind goes: where a row was left for another, the one dropped on comes last.
function whoOf(resourceIds) {
  const last = (kind) => resourceIds.filter((id) => id.startsWith(`${kind}-`)).at(-1)?.slice(kind.length + 1) ?? "";
  return { person: last("person"), team: last("team") };
}

function fieldsOf(event) {
  const who = whoOf(event.resourceIds), version = event.extendedProps.version;
  if (event.allDay) return { version, starts_at: dayOf(event.start), any_time: "1", ...who };
  return { version, starts_at: wallOf(event.start), ends_at: wallOf(event.end), ...who };
}

// Shows where a visit stands now; false where the page has to be loaded again for it.
function put(event) {
  const there = calendar && calendar.getEventById(event.id), row = waiting?.querySelector(`[data-visit="${event.id}"]`);
  if (event.start) {
    if (row) { taken.set(event.id, row); row.remove(); }
    if (there) calendar.updateEvent(event); else calendar?.addEvent(event);
  } else {
    if (there) calendar.removeEventById(event.id);
    const back = row ?? taken.get(event.id);
    if (!back) return false; // the page has never listed it
    back.dataset.version = event.extendedProps.version;
    if (!row) waiting.prepend(back);
  }
  count();
  return true;
}

function count() {
  document.querySelector("[data-count]").textContent = unlisted + waiting.children.length;
  document.querySelector("[data-none]").hidden = waiting.children.length > 0;
}

// Takes the answer to a move.
function took({ ok, status, answer }, revert = () => {}) {
  if (!ok) {
    revert();
    if (answer.event && status === 409 && !put(answer.event)) location.reload();
    return toast("bad", answer.message);
  }
  sessionStorage.setItem(SAID, JSON.stringify(answer));
  if (!calendar || !put(answer.event)) return location.reload(); // what was said waits for the page
  tell();
}

// What was said of the last move, also where the page had to be loaded again.
function tell() {
  const said = sessionStorage.getItem(SAID);
  if (!said) return;
  sessionStorage.removeItem(SAID);
  const { message, warnings, fillers, undo, undone } = JSON.parse(said), back = undone ? `${told.words.undone} ${message}` : message;
  toast("good", back, { warnings, undo: undone ? null : () => takeBack(undo) });
  showGap(undone ? [] : fillers, took);
}

async function takeBack({ url, fields }) {
  const result = await send(url, fields);
  took(result.ok ? { ...result, answer: { ...result.answer, undone: true } } : result);
}

const dropped = async ({ event, revert }) => took(await plan(event.id, fieldsOf(event)), revert);

// A visit of the list let go over the calendar: planned there, or asked who goes where no row says so.
async function fell(row, spot) {
  const own = { person: row.dataset.person, team: row.dataset.team }, filter = { person: told.query.person ?? "", team: told.query.team ?? "" };
  const who = spot.resource ? whoOf([spot.resource.id]) : own.person || own.team ? own : filter;
  const when = spot.allDay ? { starts_at: dayOf(spot.date), any_time: "1" } : { starts_at: wallOf(spot.date) };
  if (!who.person && !who.team) return openPanel(aboutRow(row), took, spot);
  took(await plan(row.dataset.visit, { version: row.dataset.version, ...when, ...who }));
}

// A row of the list, told as an event is.
function aboutRow(row) {
  const { visit, version, title, number, what, where, url, person, team, minutes } = row.dataset;
  return { id: visit, title, extendedProps: { version, number, what, address: where, url, person, team, minutes: Number(minutes), who: "", status: "" } };
}

// --- the page --------------------------------------------------------------------------------------

// What scrolls can be scrolled with the keyboard, also where it holds no event.
function reachable() {
  const main = root.querySelector(".ec-main");
  if (!main) return;
  main.tabIndex = 0;
  main.setAttribute("role", "region");
  main.setAttribute("aria-label", document.querySelector("h1").textContent);
}

function draw() {
  const format = (options) => (date) => new Intl.DateTimeFormat(told.french ? "fr-CA" : "en-CA", options).format(date);
  const week = told.view === "dispatch-week";
  const made = EventCalendar.create(root, {
    view: VIEWS[told.view],
    date: week ? told.first : told.date,
    ...(week ? { duration: { weeks: 1 }, monthHeaderFormat: () => "" } : {}),
    timeZone: told.zone,
    locale: told.french ? "fr-CA" : "en-CA",
    firstDay: 1,
    headerToolbar: { start: "", center: "", end: "" },
    eventSources: [{ events }],
    resources: told.rows.map(({ id, title, colour }) => ({ id, title, extendedProps: { colour } })),
    resourceLabelContent: ({ resource }) => ({ domNodes: [make("span", `row-name c-${resource.extendedProps.colour}`, icon(resource.id.startsWith("team") ? "users" : "user"), resource.title)] }),
    eventContent: content,
    eventTimeFormat: (start) => clock(start),
    slotLabelFormat: (time) => clock(time, true),
    dayHeaderFormat: format({ weekday: "short", ...(told.view === "month" ? {} : week ? { day: "numeric" } : { day: "numeric", month: "short" }) }),
    allDayContent: told.words.any_time,
    moreLinkContent: ({ num }) => `+${num}`,
    buttonText: (text) => ({ ...text, close: told.words.close }),
    dayMaxEvents: told.view === "month",
    slotMinTime: "07:00",
    slotMaxTime: "18:00",
    flexibleSlotTimeLimits: true,
    ...(PHONE.matches && told.view.endsWith("week") ? { columnWidth: "minmax(6.5rem, 1fr)" } : {}),
    slotDuration: week ? { days: 1 } : "00:30",
    slotEventOverlap: false,
    slotLabelInterval: "01:00",
    slotHeight: 26,
    slotWidth: PHONE.matches ? 40 : Math.max(22, Math.floor((root.clientWidth - 180) / 22)),
    snapDuration: "00:15",
    nowIndicator: true,
    editable: false,
    eventResizableFromStart: false,
    eventLongPressDelay: 400,
    eventClick: ({ event, jsEvent }) => {
      jsEvent.preventDefault(); // the Enter that opened the panel is not one in its form
      if (event.display !== "background") openPanel(event, took);
    },
    eventAllUpdated: reachable,
    eventDrop: dropped,
    eventResize: dropped,
  });
  reachable();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) made.refetchEvents(); });
  return made;
}

if (told.view in VIEWS) calendar = draw();
tell();
if (told.may_plan) {
  document.querySelectorAll(".unplanned li").forEach((row) => {
    row.querySelector("[data-plan]").addEventListener("click", (event) => {
      event.preventDefault();
      openPanel(aboutRow(row), took);
    });
    if (calendar) takeFrom(row, calendar, fell);
  });
}
const jump = document.querySelector("[data-filters] [type=date]");
jump.addEventListener("change", () => { if (jump.value.startsWith("2")) jump.form.requestSubmit(); });

