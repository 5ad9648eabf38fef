// Behaviour added to pages that work without it: confirmations, the menu, pickers, live totals.
"use strict";

document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-confirm]");
  if (asks && !window.confirm(asks.dataset.confirm)) event.preventDefault();
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    const open = document.getElementById(toggle.dataset.toggle).classList.toggle("open");
    toggle.setAttribute("aria-expanded", open);
  }
});

// A form is sent once: the second click of a double click does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) return event.preventDefault();
  event.target.dataset.sent = "1";
  window.addEventListener("pageshow", () => delete event.target.dataset.sent, { once: true });
});

document.querySelectorAll("[data-tick-all]").forEach((all) =>
  all.addEventListener("change", () => all.closest("form").querySelectorAll("[name=row]").forEach((box) => (box.checked = all.checked))));

function debounce(wait, act) {
  let timer;
  return (...args) => { clearTimeout(timer); timer = setTimeout(() => act(...args), wait); };
}

// --- pickers ---------------------------------------------------------------------------------

// A combobox over `input`: `find(term)` gives [[key, text, ...], …]; `choose(item)` takes one.
function combobox(input, list, find, choose, emptyText) {
  let items = [], at = -1, timer;
  // Closing forgets what was asked: a late answer neither opens the list again nor replaces a newer one.
  const close = () => { clearTimeout(timer); timer = undefined; list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === at));
    if (at >= 0) { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const show = (found) => {
    items = found;
    list.replaceChildren(...(found.length ? found : [[null, emptyText]]).map(([key, text], i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.role = "option";
      option.textContent = text;
      if (key !== null) option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(items[i]); close(); });
      return option;
    }));
    list.hidden = !found.length && !emptyText;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  };
  const ask = () => {
    clearTimeout(timer);
    const mine = timer = setTimeout(async () => { const found = await find(input.value); if (mine === timer) show(found); }, 150);
  };
  input.addEventListener("input", ask);
  input.addEventListener("focus", () => { if (!input.value) ask(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(Math.min(at + 1, items.length - 1)); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(Math.max(at - 1, 0)); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); event.stopImmediatePropagation(); choose(items[at]); close(); }
    else if (event.key === "Escape") close();
  });
}

async function getJson(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  return answer.ok ? answer.json() : [];
}

document.querySelectorAll("[data-lookup]").forEach((box) => {
  const [hidden, text, list] = [box.querySelector("[type=hidden]"), box.querySelector("[role=combobox]"), box.querySelector("[role=listbox]")];
  const find = (term) => {
    const url = new URL(box.dataset.lookup, location);
    url.searchParams.set("query", term);
    const client = document.getElementById("client");
    if (hidden.name === "site" && client) url.searchParams.set("client", client.value);
    return getJson(url);
  };
  combobox(text, list, find, ([key, label]) => { hidden.value = key; text.value = label; }, box.dataset.empty);
  text.addEventListener("input", () => (hidden.value = ""));
});

// --- lines -----------------------------------------------------------------------------------

document.querySelectorAll("[data-lines]").forEach((editor) => {
  const body = editor.querySelector("tbody");
  const output = editor.querySelector("[data-totals-output]");
  const rows = () => [...body.querySelectorAll("tr.line")];
  const blank = rows().at(-1).cloneNode(true);
  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);

  const renumber = () => rows().forEach((row, i) =>
    row.querySelectorAll("[name]").forEach((field) => (field.name = field.name.replace(/^lines-\d+-/, `lines-${i}-`))));

  let turn = 0;
  const ask = debounce(250, async () => {
    const mine = turn;
    const form = editor.closest("form");
    const data = new FormData(form);
    data.append("province", editor.dataset.province);
    const answer = await fetch(editor.dataset.totals, { method: "POST", body: new URLSearchParams([...data].filter(([, v]) => typeof v === "string")), credentials: "same-origin" });
    const sums = answer.ok && await answer.json();
    if (mine !== turn) return;
    output.setAttribute("aria-busy", "false");
    if (!sums) return;
    rows().forEach((row, i) => (row.querySelector(".amount").textContent = sums.amounts[i] || ""));
    const line = (name, value, grand) => {
      const div = document.createElement("div");
      if (grand) div.className = "grand";
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name; dd.textContent = value;
      div.append(dt, dd);
      return div;
    };
    output.replaceChildren(line(sums.labels.net, sums.net), ...sums.taxes.map(([name, value]) => line(name, value)), line(sums.labels.total, sums.total, true));
    output.hidden = false;
  });
  // From here on what is shown is old, and so is any answer still under way.
  const total = () => { turn += 1; output.setAttribute("aria-busy", "true"); ask(); };

  const equip = (row, index) => {
    const text = cell(row, "description");
    const list = document.createElement("ul");
    list.role = "listbox"; list.id = `items-${Date.now()}-${index}`; list.hidden = true;
    text.after(list);
    combobox(text, list, (term) => getJson(`${editor.dataset.items}?query=${encodeURIComponent(term)}`), ([key, , item]) => {
      text.value = item.description;
      cell(row, "item_id").value = key;
      for (const name of ["unit", "unit_price", "cost", "tax_status"]) cell(row, name).value = item[name];
      cell(row, "quantity").value ||= "1";
      cell(row, "quantity").focus(); cell(row, "quantity").select();
      total();
    }, "");
  };

  const add = () => {
    const row = blank.cloneNode(true);
    row.querySelectorAll(".error").forEach((error) => error.remove());
    row.querySelectorAll("input, textarea").forEach((field) => (field.value = ""));
    row.querySelector(".amount").textContent = "";
    body.append(row);
    renumber();
    equip(row, rows().length);
    cell(row, "description").focus();
  };

  const button = editor.querySelector("[data-add-line]");
  button.hidden = false;
  button.addEventListener("click", add);
  rows().forEach(equip);
  editor.addEventListener("input", total);
  editor.closest("form").querySelector("[name=discount]")?.addEventListener("input", total);
  editor.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove-line]");
    if (!remove) return;
    if (rows().length === 1) add();
    const row = remove.closest("tr"), near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    renumber();
    cell(near, "description").focus();
    // A line less is a change like any other: totals and the guard hear of it.
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // Enter goes down to the same cell of the next line, adding one at the end.
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName === "BUTTON" || (event.target.tagName === "TEXTAREA" && event.shiftKey)) return;
    event.preventDefault();
    const row = event.target.closest("tr"), next = row.nextElementSibling;
    if (next) cell(next, "description").focus(); else add();
  });
  if (rows().some((row) => cell(row, "unit_price").value)) total();
});

// --- unsaved changes -------------------------------------------------------------------------

document.querySelectorAll("form[data-guard]").forEach((form) => {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
});
