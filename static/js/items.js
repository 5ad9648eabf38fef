// The items of a checklist: rows added, removed and ordered by keyboard, mouse or finger.
"use strict";

document.querySelectorAll("[data-items]").forEach((editor) => {
  const list = editor.querySelector("ol"), prefix = editor.dataset.items;
  const rows = () => [...list.children], first = (row) => row.querySelector("[data-first]");
  const unused = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=checkbox], [data-place]), textarea")].every((field) => !field.value.trim());
  const blank = rows().at(-1).cloneNode(true);

  const renumber = () => rows().forEach((row, i) => {
    row.querySelectorAll("[name]").forEach((field) => (field.name = field.name.replace(/-\d+-/, `-${i}-`)));
    row.querySelector("[data-place]").value = i + 1;
  });
  const changed = () => { renumber(); editor.dispatchEvent(new Event("input", { bubbles: true })); };
  // What its kind has no use for is not asked.
  const dress = (row) => (row.dataset.kind = row.querySelector("[data-kind]").value);
  const add = (after) => {
    const row = blank.cloneNode(true);
    if (after) after.after(row); else list.append(row);
    dress(row);
    row.querySelector("[data-remove]").hidden = false;
    renumber();
    first(row).focus();
  };

  editor.addEventListener("change", (event) => event.target.matches("[data-kind]") && dress(event.target.closest("[data-row]")));
  editor.addEventListener("click", (event) => {
    if (event.target.closest("[data-add]")) add();
    const removes = event.target.closest("[data-remove]");
    if (!removes) return;
    const row = removes.closest("[data-row]"), near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    if (near) first(near).focus(); else add();
    changed();
  });
  editor.addEventListener("keydown", (event) => {
    const field = event.target, row = field.closest("[data-row]");
    if (!row || field.tagName === "BUTTON") return;
    const up = event.key === "ArrowUp", near = up ? row.previousElementSibling : row.nextElementSibling;
    if (event.key === "Enter" && field.tagName === "INPUT") {
      event.preventDefault();
      if (near) first(near).focus(); else add(row);
    } else if ((up || event.key === "ArrowDown") && event.altKey) {
      event.preventDefault();
      if (!near) return;
      if (up) near.before(row); else near.after(row);
      field.focus();
      changed();
    }
  });

  // Blank rows are there for who has no script.
  rows().slice(1).filter(unused).forEach((row) => row.remove());
  rows().forEach((row) => { dress(row); row.querySelector("[data-remove]").hidden = false; });
  renumber();
  editor.classList.add("scripted");
  editor.querySelector(".items-foot").hidden = false;
  Sortable.create(list, { handle: ".handle", animation: 120, onEnd: changed });
});
