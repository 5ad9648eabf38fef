// Behaviour added to pages that work without it: questions, menus, messages, forms that lose nothing.
"use strict";

// --- questions before what cannot be taken back ------------------------------------------------

const question = document.getElementById("confirm");

function ask(button) {
  const form = button.form, yes = question.querySelector("[value=yes]");
  question.querySelector("h2").textContent = button.dataset.confirm;
  yes.textContent = button.textContent.trim();
  yes.classList.toggle("danger", button.classList.contains("danger"));
  question.returnValue = "";
  question.onclose = () => {
    if (question.returnValue !== "yes") return button.focus();
    button.removeAttribute("data-confirm");
    form.requestSubmit(button);
  };
  question.showModal();
}

question?.addEventListener("click", (event) => {
  if (event.detail > 1) return; // the second of two clicks on the button that asked is no answer
  const answer = event.target.closest("button");
  if (answer || event.target === question) question.close(answer?.value ?? "no");
});

// --- menus ---------------------------------------------------------------------------------------

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-confirm]");
  if (asks) { event.preventDefault(); ask(asks); }
  const toggle = event.target.closest("[data-toggle]"), drawer = document.querySelector(".sidebar.open");
  if (toggle) toggle.setAttribute("aria-expanded", document.getElementById(toggle.dataset.toggle).classList.toggle("open"));
  else if (drawer && !drawer.contains(event.target)) closeDrawer(drawer);
  openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  event.target.closest("[data-dismiss]")?.closest(".toast").remove();
});

function closeDrawer(drawer) {
  drawer.classList.remove("open");
  document.querySelector(`[data-toggle="${drawer.id}"]`).setAttribute("aria-expanded", "false");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  const drawer = document.querySelector(".sidebar.open");
  if (drawer) closeDrawer(drawer);
});

// --- messages: good news passes by itself, the rest is put away by hand ---------------------------

document.querySelectorAll(".toast").forEach((toast) => {
  toast.querySelector("[data-dismiss]")?.removeAttribute("hidden");
  if (toast.matches(".toasts .good")) setTimeout(() => { if (!toast.matches(":hover, :focus-within")) toast.remove(); }, 6000);
});

// --- forms -----------------------------------------------------------------------------------------

// A form is sent once: the second click of a double click does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) return event.preventDefault();
  event.target.dataset.sent = "1";
  window.addEventListener("pageshow", () => delete event.target.dataset.sent, { once: true });
});

document.querySelectorAll("[data-tick-all]").forEach((all) =>
  all.addEventListener("change", () => all.closest("form").querySelectorAll("[name=row]").forEach((box) => (box.checked = all.checked))));

document.querySelectorAll("input[type=file][data-chosen]").forEach((input) =>
  input.addEventListener("change", () => {
    const names = [...input.files].map((file) => file.name);
    input.closest(".files").querySelector("output").textContent = names.length ? `${input.dataset.chosen} ${names.join(", ")}` : "";
  }));

// A number typed beside a way of doing it chooses that way; another way forgets it.
document.querySelectorAll("[data-chooses]").forEach((input) => {
  const way = input.form.querySelector(`[type=radio][value="${input.dataset.chooses}"]`);
  input.addEventListener("input", () => (way.checked = true));
  input.form.querySelectorAll(`[name="${way.name}"]`).forEach((other) =>
    other.addEventListener("change", () => { if (other !== way) input.value = ""; else input.focus(); }));
});

// What was typed and not saved is not left without a question.
document.querySelectorAll("form[data-guard]").forEach((form) => {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
});

// Where a row of tabs, or of steps, is wider than the screen, the one that is open is in sight.
document.querySelectorAll(".tabs, .steps").forEach((row) => {
  const open = row.querySelector("[aria-current]");
  if (open && row.scrollWidth > row.clientWidth) row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
});
