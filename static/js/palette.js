// Ctrl-K: find anything from anywhere. While nothing is typed it tells the last pages this person opened.
"use strict";

{
  const dialog = document.getElementById("palette");
  const input = dialog.querySelector("[role=combobox]"), list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]"), words = dialog.dataset;
  const KEY = `sercom.recent.${words.user}`, MOST = 8, WAIT = 120;
  let at = -1, timer, asking, hurried = false;

  // --- the last pages: addresses and titles, of this person alone ----------------------------------

  const recent = () => { try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; } };
  const forget = (mine) => Object.keys(localStorage).forEach((key) => {
    if (key.startsWith("sercom.recent.") && (mine || key !== KEY)) localStorage.removeItem(key);
  });

  try {
    forget(false);
    if (/^\/admin\/\w+\/details\/$/.test(location.pathname)) {
      const here = { url: location.pathname + location.search, title: document.title.replace(/ · Sercom$/, "") };
      localStorage.setItem(KEY, JSON.stringify([here, ...recent().filter((page) => page.url !== here.url)].slice(0, MOST)));
    }
    document.querySelector('form[action$="/logout"]')?.addEventListener("submit", () => forget(true));
  } catch { /* a browser that keeps nothing remembers nothing */ }

  // --- what matched, underlined ----------------------------------------------------------------------

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae");

  function underlined(text, typed) {
    const letters = [...text.normalize("NFC")], places = letters.flatMap((letter, i) => [...fold(letter)].map(() => i));
    const matched = new Set();
    for (const word of letters.map(fold).join("").matchAll(/[\p{L}\p{N}]+/gu)) {
      const longest = Math.max(0, ...typed.filter((one) => word[0].startsWith(one)).map((one) => one.length));
      for (let i = 0; i < longest; i += 1) matched.add(places[word.index + i]);
    }
    const parts = [];
    letters.forEach((letter, i) => {
      if (i && matched.has(i) === matched.has(i - 1)) return parts.at(-1).append(letter);
      const part = matched.has(i) ? document.createElement("mark") : document.createElement("span");
      part.append(letter);
      parts.push(part);
    });
    return parts;
  }

  // --- the list --------------------------------------------------------------------------------------

  const options = () => [...list.querySelectorAll("[role=option]")];

  function mark(index, scroll = true) {
    at = index;
    options().forEach((option, i) => option.setAttribute("aria-selected", i === at));
    const marked = options()[at];
    if (marked) input.setAttribute("aria-activedescendant", marked.id); else input.removeAttribute("aria-activedescendant");
    if (scroll) marked?.scrollIntoView({ block: "nearest" });
  }

  function element(name, attributes, ...content) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...content);
    return made;
  }

  function show(groups, typed = []) {
    let count = 0;
    list.replaceChildren(...groups.map((group, g) => {
      const label = element("div", { class: "group", id: `palette-group-${g}` }, group.label);
      const results = group.results.map((result) => {
        const title = element("strong", {}, ...underlined(result.title, typed));
        const option = element("a", { role: "option", id: `palette-option-${count}`, href: result.url, tabindex: "-1" }, title);
        if (result.detail) option.append(element("small", {}, ...underlined(result.detail, typed)));
        if (result.pill) option.append(element("span", { class: `pill pill-${result.pill.tone}` }, result.pill.label));
        count += 1;
        return option;
      });
      return element("div", { role: "group", "aria-labelledby": label.id }, label, ...results);
    }));
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(count > 0));
    said.className = count ? "palette-said sr" : "palette-said";
    said.textContent = count ? words.found.replace("{n}", count) : typed.length ? words.empty : "";
    mark(count ? 0 : -1);
    if (hurried && count) open(0);
    hurried = false;
  }

  const showRecent = () => {
    const results = recent().filter((page) => page.url !== location.pathname + location.search);
    show(results.length ? [{ label: words.recent, results }] : []);
  };

  // --- asking ----------------------------------------------------------------------------------------

  function ask() {
    clearTimeout(timer);
    asking?.abort();
    asking = undefined;
    const text = input.value.trim(), typed = fold(text).match(/[\p{L}\p{N}]+/gu) || [];
    if (typed.join("").length < 2) { hurried = false; timer = undefined; return showRecent(); }
    timer = setTimeout(async () => {
      const mine = asking = new AbortController();
      try {
        const url = new URL(words.url, location);
        url.searchParams.set("q", text);
        const answer = await fetch(url, { credentials: "same-origin", signal: mine.signal });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        const groups = await answer.json();
        if (mine === asking) { asking = timer = undefined; show(groups, typed); }
      } catch {
        if (mine !== asking) return;  // a newer question is under way
        asking = timer = undefined;
        show([]);
        said.textContent = words.failed;
      }
    }, WAIT);
  }

  // --- opening, choosing, closing --------------------------------------------------------------------

  function open(index) {
    const chosen = options()[index];
    if (!chosen) return;
    dialog.close();
    location.assign(chosen.href);
  }

  function start() {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    input.value = "";
    showRecent();
    dialog.showModal();
    input.focus();
  }

  document.querySelectorAll("[data-palette]").forEach((button) => {
    button.hidden = false;
    if (/Mac|iP(hone|ad)/.test(navigator.platform)) button.querySelector("kbd").textContent = "⌘ K";
    button.addEventListener("click", start);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) dialog.close(); else start();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => { clearTimeout(timer); asking?.abort(); asking = timer = undefined; hurried = false; });
  list.addEventListener("mousemove", (event) => {
    const index = options().indexOf(event.target.closest("[role=option]"));
    if (index >= 0 && index !== at) mark(index, false);
  });
  input.addEventListener("input", ask);
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "ArrowDown" && count) { event.preventDefault(); mark((at + 1) % count); }
    else if (event.key === "ArrowUp" && count) { event.preventDefault(); mark((at - 1 + count) % count); }
    else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (timer) hurried = true; else open(at);  // what is still being looked for is opened when it comes
    }
  });
}
