// Pickers: a box that finds rows by what is typed, and completion in the line editor.
"use strict";

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
    const marked = items[at]?.[0];
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
    // A newer answer must not take the mark from under the Enter key.
    mark(marked === undefined ? -1 : found.findIndex(([key]) => key === marked));
  };
  const ask = () => {
    clearTimeout(timer);
    const mine = timer = setTimeout(async () => { const found = await find(input.value); if (mine === timer) show(found); }, 150);
  };
  input.addEventListener("input", ask);
  input.addEventListener("focus", () => { if (!input.value) ask(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    // Enter in a box that is still looking for something sends no form.
    if (event.key === "Enter" && timer && at < 0 && input.tagName === "INPUT") { event.preventDefault(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(Math.min(at + 1, items.length - 1)); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(Math.max(at - 1, 0)); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); event.stopImmediatePropagation(); choose(items[at]); close(); }
    else if (event.key === "Escape") { event.stopPropagation(); close(); }
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
