// Photos of the public form: made small here, sent one by one as soon as they are chosen, kept by the server.
"use strict";

const MOST = 6;
const template = document.getElementById("shot"), said = document.getElementById("shots-said");
const photoForm = document.querySelector("form[data-intake]");
const waiting = []; // photos on their way; the first one is being sent
let sending = false, wantsToSend = false;

// --- one tile a photo -------------------------------------------------------------------------------

function addTile(box, file) {
  const tile = template.content.firstElementChild.cloneNode(true), image = tile.querySelector("img");
  const shot = { tile, file, field: box.dataset.shots, box };
  tile.querySelector(".shot-name").textContent = file.name;
  image.onload = () => { image.hidden = false; tile.querySelector(".shot-blank").hidden = true; };
  image.src = URL.createObjectURL(file);
  const remove = tile.querySelector(".shot-remove"), again = tile.querySelector(".shot-again");
  remove.setAttribute("aria-label", template.dataset.remove.replace("{}", file.name));
  remove.addEventListener("click", () => forget(shot));
  again.addEventListener("click", () => enqueue(shot));
  box.querySelector(".shots").append(tile);
  return shot;
}

function enqueue(shot) {
  shot.tile.classList.remove("failed");
  shot.failed = false;
  shot.tile.querySelector(".shot-again").hidden = true;
  shot.tile.querySelector(".error")?.remove();
  shot.tile.querySelector("progress").hidden = false;
  waiting.push(shot);
  sendNext();
}

function fail(shot, message, again) {
  shot.failed = again;
  shot.tile.classList.add("failed");
  shot.tile.querySelector("progress").hidden = true;
  shot.tile.querySelector(".shot-again").hidden = !again;
  const words = document.createElement("span");
  words.className = "error";
  words.textContent = message;
  shot.tile.querySelector(".shot-name").after(words);
  said.textContent = `${shot.file.name} : ${message}`;
}

function forget(shot) {
  if (shot.request) shot.request.abort();
  if (waiting.includes(shot)) waiting.splice(waiting.indexOf(shot), 1);
  if (shot.position !== undefined) tellServer(shot.position);
  drop(shot.tile);
}

function tellServer(position) {
  const body = new URLSearchParams({ ticket: photoForm.elements.ticket.value, remove_photo: position });
  fetch(photoForm.dataset.remove, { method: "POST", body, credentials: "omit" });
}

// The focus goes to the next tile, or to the button that adds: never to nowhere.
function drop(tile) {
  const next = tile.nextElementSibling?.querySelector(".shot-remove") ?? tile.closest("[data-shots]").querySelector("input[type=file]");
  tile.remove();
  said.textContent = template.dataset.removed;
  next.focus();
}

// --- on their way --------------------------------------------------------------------------------------

async function sendNext() {
  if (sending || !waiting.length) return finish();
  sending = true;
  const shot = waiting[0];
  const data = new FormData();
  const small = await shrunk(shot.file);
  data.set("ticket", photoForm.elements.ticket.value);
  data.set("field", shot.field);
  data.set("photo", small, shot.file.name || "photo.jpg");
  const request = (shot.request = new XMLHttpRequest());
  request.open("POST", photoForm.dataset.photos);
  request.responseType = "json";
  request.upload.onprogress = (event) => { if (event.lengthComputable) shot.tile.querySelector("progress").value = (95 * event.loaded) / event.total; };
  request.onloadend = () => {
    shot.request = null;
    if (waiting[0] === shot) waiting.shift();
    const answer = request.response;
    if (!shot.tile.isConnected) { if (request.status === 200) tellServer(answer.position); }
    else if (request.status === 200) keep(shot, answer);
    else fail(shot, answer?.error ?? template.dataset.failed, ![413, 422].includes(request.status));
    sending = false;
    sendNext();
  };
  if (shot.tile.isConnected) request.send(data);
  else { sending = false; sendNext(); }
}

function keep(shot, answer) {
  const image = shot.tile.querySelector("img");
  shot.position = answer.position;
  shot.tile.querySelector("progress").hidden = true;
  if (image.hidden) image.src = answer.thumbnail; // a kind that this browser cannot show
  said.textContent = `${template.dataset.sent} : ${shot.file.name}`;
}

// --- the fields -----------------------------------------------------------------------------------------

const shots = []; // every photo chosen on this page
const count = () => document.querySelectorAll(".shot:not(.failed)").length;

document.querySelectorAll("[data-shots]").forEach((box) => {
  const input = box.querySelector("input[type=file]");
  const take = (files) => {
    box.querySelector(":scope > .error")?.remove();
    for (const file of files) {
      const shot = addTile(box, file);
      shots.push(shot);
      if (count() > MOST) fail(shot, template.dataset.tooMany, false);
      else enqueue(shot);
    }
  };
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  const area = box.querySelector(".shot-add");
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => { event.preventDefault(); area.classList.remove("over"); take([...event.dataTransfer.files]); });
  // Those that the server kept: a button instead of the box to tick.
  box.querySelectorAll(".shot[data-position]").forEach((tile) => {
    const button = template.content.querySelector(".shot-remove").cloneNode(true);
    button.setAttribute("aria-label", template.dataset.remove.replace("{}", tile.querySelector(".shot-name").textContent));
    button.addEventListener("click", () => { tellServer(tile.dataset.position); drop(tile); });
    tile.querySelector(".shot-off").replaceWith(button);
  });
});

// The request waits for its photos; one that could not be sent on its own goes with it.
photoForm.addEventListener("submit", (event) => {
  if (sending || waiting.length) {
    event.preventDefault();
    event.stopPropagation();
    wantsToSend = true;
    const output = photoForm.querySelector("[data-waiting]");
    output.textContent = output.dataset.waiting;
    return;
  }
  document.querySelectorAll("[data-shots]").forEach((box) => {
    const rest = new DataTransfer();
    shots.filter((shot) => shot.box === box && shot.failed && shot.tile.isConnected).forEach((shot) => rest.items.add(shot.file));
    box.querySelector("input[type=file]").files = rest.files;
  });
});

function finish() {
  if (!wantsToSend || sending || waiting.length) return;
  wantsToSend = false;
  photoForm.requestSubmit();
}
