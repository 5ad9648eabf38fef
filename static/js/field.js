// The technician's pages: forms go into the queue, and the page shows at once what waits to be sent.
"use strict";

(() => {
  const { words } = field;
  const page = document.querySelector(".field-visit"), bar = document.querySelector(".field-net"), main = document.getElementById("main");
  const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
  const count = (name, number) => words[`${name}_${number === 1 ? "one" : "many"}`].replace("{n}", number);

  // --- a form is kept, then sent ---------------------------------------------------------------------

  let kept = false; // this browser can keep entries; otherwise forms post as they do without a script
  field.open().then(() => (kept = true), () => {});

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-field-action]");
    if (!form || !kept || "fieldOwn" in form.dataset) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    try {
      const { fieldAction: action, label } = form.dataset;
      await field.send(form.getAttribute("action"), new FormData(form, event.submitter), { action, label, visit: page.dataset.fieldVisit });
      delete form.dataset.typed;
      form.reset();
      const step = form.closest("details.step");
      if (step) step.open = false;
    } catch { say("bad", words.full); } finally { delete form.dataset.busy; }
  });
  document.addEventListener("input", (event) => { const form = event.target.closest("form"); if (form) form.dataset.typed = "1"; });

  // One step's form is open at a time: a phone has no room for two.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(".field-steps > .step") || !event.target.open) return;
    document.querySelectorAll(".field-steps > .step[open]").forEach((other) => { if (other !== event.target) other.open = false; });
  }, true);
  // One that opens in the page goes below the bar: it is brought up.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("main details") && !event.target.closest(".field-steps") && event.target.open) event.target.scrollIntoView({ block: "nearest" });
  }, true);

  // --- what waits, shown as if it were done ------------------------------------------------------------

  const drawn = { status: page?.dataset.status };

  function follow(waiting) {
    const leads = JSON.parse(page.dataset.leads), pills = JSON.parse(page.dataset.pills);
    const status = waiting.reduce((now, row) => leads[row.action] ?? now, drawn.status);
    page.dataset.status = status;
    const pill = page.querySelector("[data-field-pill] .pill"), [label, tone] = pills[status];
    pill.textContent = label;
    pill.className = `pill pill-${tone}`;
    for (const part of page.querySelectorAll("[data-states]")) part.hidden = !part.dataset.states.split(" ").includes(status);
    for (const part of page.querySelectorAll("[data-main]")) part.classList.toggle("main", part.dataset.main.split(" ").includes(status));
    page.querySelector("#action-start").classList.toggle("main", status === "on_the_way" || status === "paused");
    for (const part of page.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== status;
    for (const part of page.querySelectorAll("[data-unless]")) part.hidden = part.dataset.unless === status;
  }

  function list(rows) {
    const box = page.querySelector(".field-waiting");
    box.replaceChildren(...rows.map(entry));
    box.hidden = !rows.length;
  }

  function entry(row) {
    const refused = row.state === "refused", box = element("div", "", refused ? "bad" : "");
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" }).format(new Date(row.at));
    box.append(element("strong", `${row.label} · ${time}`), element("p", refused ? words.why.replace("{why}", () => row.message) : words.waiting, refused ? "why" : ""));
    const entered = wordsOf(row);
    if (entered) box.append(element("p", entered, "entered"));
    if (refused) {
      const buttons = element("p", "", "field-two"), again = element("button", words.again, "button large"), drop = element("button", words.drop, "button large danger");
      again.onclick = () => field.again(row);
      drop.onclick = () => { if (confirm(words.sure)) field.drop(row.id); };
      if (isFillable(row)) buttons.append(Object.assign(element("button", words.edit, "button large primary"), { onclick: () => fillIn(row) }));
      buttons.append(again, drop);
      box.append(buttons);
    }
    return box;
  }

  const formOf = (row) => document.getElementById(`action-${row.action}`);
  const controlsOf = (row, name) => [...(formOf(row)?.elements ?? [])].filter((control) => control.name === name);
  const isPick = (control) => control.type === "radio" || control.type === "checkbox";

  /** What was entered, as the page words it: never the value behind a choice, a row's number or a drawing. */
  function wordsOf(row) {
    return row.fields.map(([name, value]) => {
      if (value instanceof Blob) return words.file;
      const controls = controlsOf(row, name), control = controls.find((each) => each.value === value) ?? controls[0];
      if (!value || control?.type === "hidden") return "";
      const question = control?.closest("[data-check]")?.querySelector("legend").firstChild.textContent;
      const chosen = control?.tagName === "SELECT" ? [...control.options].find((option) => option.value === value)?.text : null;
      const picked = control && (isPick(control) ? control.labels[0]?.textContent.trim() : control.tagName === "BUTTON" && control.textContent.trim());
      return [question, chosen || picked || value].filter(Boolean).join(" ");
    }).filter(Boolean).join(" · ");
  }

  /** Whether what was refused can be put right where it was typed: its form is there, and holds nothing that cannot be set. */
  function isFillable(row) {
    const form = formOf(row);
    return form && !form.closest("[hidden]") && row.action !== "answers" && !form.querySelector("[type=file], canvas, button[name]") && row.fields.length > 0;
  }

  async function fillIn(row) {
    const form = formOf(row), step = form.closest("details.step");
    for (const [name, value] of row.fields) for (const control of controlsOf(row, name)) if (isPick(control)) control.checked = control.value === value; else control.value = value;
    form.dataset.typed = "1";
    if (step) step.open = true;
    await field.drop(row.id);
    form.scrollIntoView({ block: "center" });
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  }

  function badges(rows) {
    for (const card of document.querySelectorAll(".field-card")) {
      const own = rows.filter((row) => row.visit === Number(card.dataset.fieldVisit));
      card.querySelector(".field-badge")?.remove();
      if (own.length) card.querySelector(".field-open").append(element("span", own.some((row) => row.state === "refused") ? words.refused : words.waiting, `field-badge pill ${own.some((row) => row.state === "refused") ? "pill-bad" : "pill-warn"}`));
    }
  }

  // --- the bar: how many entries wait, and for what -------------------------------------------------------

  let sent = 0, offline = false;

  function say(tone, text, link) {
    bar.className = `field-net ${tone}`;
    bar.replaceChildren(element("span", text));
    if (link) bar.append(Object.assign(element("a", link[0]), { href: link[1] }));
    bar.hidden = !text;
  }

  function report(rows) {
    const waiting = rows.filter((row) => row.state === "waiting").length, refused = rows.find((row) => row.state === "refused"), { state } = field.net;
    if (state === "signed_out") say("bad", waiting ? `${count("waits", waiting)}. ${words.signed_out}` : words.signed_out, [words.sign_in, `/login?next=${encodeURIComponent(location.pathname)}`]);
    else if (waiting && state === "sending") say("", count("sending", waiting));
    else if (waiting) say("", count("waits", waiting));
    else if (refused) say("bad", count("refused", rows.length), [words.look, refused.visit === Number(page?.dataset.fieldVisit) ? "#field-waiting" : `${field.told.field}visits/${refused.visit}`]);
    else if (offline) say("", words.offline.replace("{time}", main.dataset.drawn));
    else if (sent) say("good", words.sent);
    else say("", "");
  }

  let showing = Promise.resolve();
  const show = () => (showing = showing.then(draw, draw));

  async function draw() {
    const rows = await field.rows().catch(() => []);
    if (page) {
      const own = rows.filter((row) => row.visit === Number(page.dataset.fieldVisit));
      follow(own.filter((row) => row.state === "waiting"));
      list(own);
    }
    badges(rows);
    report(rows);
  }

  document.addEventListener("field:changed", show);
  document.addEventListener("field:done", async (event) => {
    sent += 1;
    if (event.detail.row.visit !== Number(page?.dataset.fieldVisit)) return;
    drawn.status = JSON.parse(page.dataset.leads)[event.detail.row.action] ?? drawn.status; // it does not fall back meanwhile
    notice(event.detail.answer.message);
    await renew();
    show();
    if (event.detail.row.action === "finish") document.getElementById("field-next")?.scrollIntoView({ block: "center" }); // what comes next
    fetch(field.told.field).then((answer) => answer.text()).catch(() => {}); // the day's copy tells it too
  });
  document.addEventListener("visibilitychange", async () => { if (page && !document.hidden) { await renew(); show(); } });

  function notice(text) {
    const box = document.querySelector(".toasts"), toast = element("div", text, "toast good");
    box.replaceChildren(toast);
    setTimeout(() => toast.remove(), 8000);
  }

  // --- the page as the server draws it now -----------------------------------------------------------------

  /** Take anew what has an id and data-live, save where somebody is typing. Of several askings the last one counts. It waits for a pen to be lifted. */
  let askings = 0;
  async function renew() {
    const asking = ++askings;
    let fresh;
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { "X-Field-Fresh": "1" } });
      if (!answer.ok || answer.redirected) return;
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { return; }
    const article = fresh.querySelector(".field-visit");
    if (!article || asking !== askings) return;
    if (page.querySelector("[data-pen]")) { document.addEventListener("field:lifted", renew, { once: true }); return; }
    drawn.status = article.dataset.status;
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id);
      if (!now || part.contains(document.activeElement) || part.querySelector("[data-typed]") || part.closest("[data-typed]")) continue;
      part.replaceWith(now);
    }
    main.dataset.drawn = fresh.getElementById("main").dataset.drawn;
    tellOf("renewed");
  }
  const tellOf = (name) => document.dispatchEvent(new CustomEvent(`field:${name}`));

  // --- with and without a network ------------------------------------------------------------------------------

  async function look() {
    try { await (await fetch(field.told.token, { headers: { Accept: "application/json" }, cache: "no-store" })).text(); offline = false; } catch { offline = true; }
    show();
  }
  addEventListener("offline", () => { offline = true; show(); });
  addEventListener("online", look);
  addEventListener("pageshow", look);
  show();
})();
