// Proof of the work: photos made small and kept one by one, and of a checklist what was touched.
"use strict";

(() => {
  const page = document.querySelector(".field-visit");
  let kept = false; // without a place to keep them, forms post as they do without a script
  const ready = field.open().then(() => (kept = true), () => {});
  const hand = (form, data) => field.send(form.getAttribute("action"), data, { action: form.dataset.fieldAction, label: form.dataset.label, visit: page.dataset.fieldVisit });

  // --- photos --------------------------------------------------------------------------------------

  const tiles = new Map(); // by the entry's key
  const strip = document.createElement("ul");
  strip.className = "field-shots";
  strip.setAttribute("aria-live", "polite");

  function tile(file) {
    const item = document.createElement("li"), image = document.createElement("img"), name = document.createElement("span"), bar = document.createElement("progress");
    image.alt = "";
    image.onerror = () => image.remove();
    image.src = URL.createObjectURL(file);
    name.textContent = file.name;
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    item.append(image, name, bar);
    strip.append(item);
    return item;
  }

  let making = Promise.resolve();
  function shoot(form, files) {
    const moment = form.querySelector("[name=moment]:checked")?.value ?? "", caption = form.elements.caption.value;
    strip.hidden = false;
    for (const file of files) {
      const item = tile(file);
      // One after the other: forty decoded photos do not fit into a phone.
      making = making.then(async () => {
        const small = await shrunk(file), data = new FormData();
        data.set("photos", small, file.name || "photo.jpg");
        data.set("moment", moment);
        data.set("caption", caption);
        try {
          const row = await hand(form, data);
          tiles.set(row.key, item);
          item.querySelector("progress").value = 5;
        } catch { fail(item, field.words.full); }
      });
    }
    making.then(() => { form.elements.caption.value = ""; delete form.dataset.typed; });
  }

  function fail(item, message) {
    const words = document.createElement("span");
    words.className = "error";
    words.textContent = message;
    item.querySelector("progress").replaceWith(words);
  }

  function drop(item) {
    const image = item.querySelector("img");
    if (image) URL.revokeObjectURL(image.src);
    item.remove();
  }

  document.addEventListener("field:progress", ({ detail: { row, part } }) => { const bar = tiles.get(row.key)?.querySelector("progress"); if (bar) bar.value = 5 + 90 * part; });
  document.addEventListener("field:done", ({ detail: { row } }) => { const item = tiles.get(row.key); if (item) drop(item); });
  document.addEventListener("field:refused", ({ detail: { row, answer } }) => { const item = tiles.get(row.key); if (item?.querySelector("progress")) fail(item, answer.message); });

  function chosen(form, { target }) {
    if (!target.matches("[data-shoot]") || !target.files.length) return;
    shoot(form, [...target.files]);
    target.value = "";
    delete form.dataset.typed; // what was chosen is on its way: the page may be drawn anew
  }

  function dressPhotos() {
    const form = document.getElementById("action-photo");
    if (!form || !kept || form.querySelector(".field-shots")) return;
    form.querySelector("[data-plain]").hidden = true;
    form.querySelector("[data-from-phone]").hidden = false;
    form.querySelector("[data-shoot]").removeAttribute("multiple"); // a camera gives one at a time
    form.append(strip);
    // While somebody chooses, the form stays; and what was chosen in one that is gone is taken too.
    form.addEventListener("click", ({ target }) => { if (target.matches("[data-shoot]")) form.dataset.typed = "1"; });
    form.addEventListener("cancel", () => delete form.dataset.typed);
    form.addEventListener("change", (event) => chosen(form, event));
  }

  // --- checklist -----------------------------------------------------------------------------------

  const controls = (check) => [...check.querySelectorAll("[name^=answer-]")];
  const isPick = (control) => control.type === "checkbox" || control.type === "radio";
  const touched = (check) => controls(check).some((control) => (isPick(control) ? control.checked !== control.defaultChecked : control.value !== control.defaultValue));
  const settle = (check) => controls(check).forEach((control) => { if (isPick(control)) control.defaultChecked = control.checked; else control.defaultValue = control.value; });

  // Two entries that wait do not take each other's answers away: each holds what was touched alone.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.id !== "action-answers" || !kept) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const checks = [...form.querySelectorAll("[data-check]")].filter(touched), data = new FormData();
    if (!checks.length) return;
    for (const check of checks) {
      data.append("asked", check.querySelector("[name=asked]").value);
      const said = controls(check).find((control) => !isPick(control) || control.checked);
      if (said) data.append(said.name, said.value);
    }
    await hand(form, data);
    checks.forEach(settle);
    delete form.dataset.typed;
  }, true);

  /** What waits stands in the form, also after the page was loaded again. */
  async function fillAnswers() {
    const form = document.getElementById("action-answers");
    if (!form) return;
    for (const row of await field.rows().catch(() => [])) {
      if (row.action !== "answers" || row.visit !== Number(page.dataset.fieldVisit)) continue;
      const said = new Map(row.fields);
      for (const [name, item] of row.fields) {
        if (name !== "asked") continue;
        const check = form.querySelector(`[name=asked][value="${item}"]`)?.closest("[data-check]"), value = said.get(`answer-${item}`) ?? "";
        if (!check) continue;
        controls(check).forEach((control) => { if (isPick(control)) control.checked = control.value === value; else control.value = value; });
        settle(check);
      }
    }
  }

  // --- the page, and what the server drew of it anew --------------------------------------------------

  function dress() {
    dressPhotos();
    document.querySelectorAll("[data-glass]").forEach(dressGlass);
    fillAnswers();
  }
  // What was pressed is done: the focus on it does not keep the page from being drawn anew.
  document.addEventListener("field:done", () => {
    const focused = document.activeElement, form = focused?.closest("[data-field-action]");
    if (form && !form.dataset.typed) focused.blur();
  });
  document.addEventListener("field:renewed", dress);
  ready.then(dress);
})();
