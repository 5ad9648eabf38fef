// The line editor: rows added, ordered and completed by keyboard, mouse or finger; totals asked of the server.
"use strict";

document.querySelectorAll("[data-lines]").forEach((editor) => {
  const body = editor.querySelector("tbody"), form = editor.closest("form");
  const output = editor.querySelector("[data-totals-output]"), note = editor.querySelector("[data-totals-note]");
  const rows = () => [...body.children];
  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const blank = rows().at(-1).cloneNode(true);

  const renumber = () => rows().forEach((row, i) =>
    row.querySelectorAll("[name]").forEach((field) => (field.name = field.name.replace(/^lines-\d+-/, `lines-${i}-`))));
  // What changes without typing is a change like any other: totals and the guard hear of it.
  const changed = () => { renumber(); editor.dispatchEvent(new Event("input", { bubbles: true })); };

  // --- totals ---------------------------------------------------------------------------------

  let turn = 0, timer;
  const sum = (name, value, grand) => {
    const div = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
    if (grand) div.className = "grand";
    dt.textContent = name; dd.textContent = value;
    div.append(dt, dd);
    return div;
  };
  const compute = async () => {
    const mine = turn, data = new FormData(form);
    data.append("document", editor.dataset.document);
    const texts = [...data].filter(([, value]) => typeof value === "string");
    const answer = await fetch(editor.dataset.totals, { method: "POST", body: new URLSearchParams(texts), credentials: "same-origin" });
    const sums = answer.ok && await answer.json();
    if (mine !== turn) return;
    output.setAttribute("aria-busy", "false");
    if (!sums) return;
    rows().forEach((row, i) => (row.querySelector(".amount").textContent = sums.amounts[i] || ""));
    output.replaceChildren(sum(sums.labels.net, sums.net), ...sums.taxes.map(([name, value]) => sum(name, value)), sum(sums.labels.total, sums.total, true));
    note.textContent = sums.note;
    output.hidden = false;
  };
  // From here on what is shown is old, and so is any answer still under way.
  const total = () => { turn += 1; output.setAttribute("aria-busy", "true"); clearTimeout(timer); timer = setTimeout(compute, 250); };
  editor.addEventListener("input", total);
  for (const name of ["discount", "tax_province", "client", "site"]) form.querySelector(`[name=${name}]`)?.addEventListener("input", total);

  // --- rows -----------------------------------------------------------------------------------

  const dress = (row) => {
    const kind = cell(row, "kind").value;
    row.className = `line ${kind}`;
    cell(row, "description").placeholder = kind === "item" ? "" : editor.dataset[kind];
  };
  const add = (kind = "item", after = null) => {
    const row = blank.cloneNode(true);
    row.querySelectorAll(".error").forEach((error) => error.remove());
    row.querySelectorAll("input, textarea").forEach((field) => (field.value = ""));
    row.querySelector(".amount").textContent = "";
    cell(row, "kind").value = kind;
    dress(row);
    if (after) after.after(row); else body.append(row);
    renumber();
    cell(row, "description").focus();
  };
  const unused = (row) => ["description", "unit_price", "id"].every((name) => !cell(row, name).value);

  editor.addEventListener("click", (event) => {
    const adds = event.target.closest("[data-add-line]"), removes = event.target.closest("[data-remove-line]");
    if (adds) {
      const last = rows().at(-1), kind = adds.dataset.addLine;
      if (kind !== "item" && unused(last)) { cell(last, "kind").value = kind; dress(last); cell(last, "description").focus(); } else add(kind);
    }
    if (removes) {
      if (body.children.length === 1) add();
      const row = removes.closest("tr"), near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      cell(near, "description").focus();
      changed();
    }
  });

  // Completion is made ready where somebody types, not for three hundred rows at once.
  editor.addEventListener("focusin", (event) => {
    const text = event.target.closest("[data-catalog]"), row = event.target.closest("tr");
    if (!text || text.dataset.ready || cell(row, "kind").value !== "item") return;
    text.dataset.ready = "1";
    const list = document.createElement("ul");
    list.role = "listbox"; list.id = `items-${crypto.randomUUID()}`; list.hidden = true;
    list.setAttribute("aria-label", text.getAttribute("aria-label"));
    text.after(list);
    combobox(text, list, (term) => getJson(`${editor.dataset.items}?query=${encodeURIComponent(term)}`), ([key, , item]) => {
      text.value = item.description;
      cell(row, "item_id").value = key;
      for (const name of ["unit", "unit_price", "cost", "tax_status"]) cell(row, name).value = item[name];
      cell(row, "quantity").value ||= "1";
      cell(row, "quantity").focus(); cell(row, "quantity").select();
      changed();
    }, "");
  });

  // --- keys -----------------------------------------------------------------------------------

  const edge = (field, up) => field.tagName !== "TEXTAREA" || !(up ? field.value.slice(0, field.selectionStart) : field.value.slice(field.selectionEnd)).includes("\n");
  editor.addEventListener("keydown", (event) => {
    const field = event.target, row = field.closest("tr");
    if (!row || field.tagName === "BUTTON" || event.defaultPrevented) return;
    const up = event.key === "ArrowUp", near = up ? row.previousElementSibling : row.nextElementSibling;
    if (event.key === "Enter" && !(field.tagName === "TEXTAREA" && event.shiftKey)) {
      event.preventDefault();
      if (near) cell(near, "description").focus(); else add("item", row);
    } else if ((up || event.key === "ArrowDown") && event.altKey) {
      event.preventDefault();
      if (!near) return;
      if (up) near.before(row); else near.after(row);
      field.focus();
      changed();
    } else if ((up || event.key === "ArrowDown") && near && field.tagName !== "SELECT" && edge(field, up)) {
      event.preventDefault();
      const name = cell(near, "kind").value === "item" ? field.name.split("-").at(-1) : "description";
      cell(near, name).focus();
    }
  });

  // --- order ----------------------------------------------------------------------------------

  Sortable.create(body, { handle: ".handle", animation: 120, onEnd: changed });
  editor.querySelector(".editor-add").hidden = false;
  rows().forEach(dress);
  if (rows().some((row) => cell(row, "unit_price").value)) total();
});
