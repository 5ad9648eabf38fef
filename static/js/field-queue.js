// What a technician enters waits here, on the phone (IndexedDB), and is sent in order: one entry at a time, each once.
//
//   field.send(url, data, {action, label, visit}) → Promise   keeps an entry, then sends it when it can. `data` is a form
//        (with its submitter: field.send(url, new FormData(form, button), …)) or a FormData; files and blobs are kept too.
//        It resolves once the entry is kept on the phone, and rejects where the phone cannot keep it.
//   Every <form data-field-action="note" data-label="Note"> (macro `site.action`) is sent this way without a word more;
//        data-field-own: the page's own script calls field.send (a photo made smaller first).
//   field.rows() → Promise of the entries that wait or were refused, of the person who is signed in, in order.
//   field.again(row), field.drop(id), field.pump()   send a refused one again, drop one, send now.
//
// Events on `document`: "field:kept", "field:done" (detail: {row, answer}), "field:refused" (the same), "field:changed".
// An entry: {id, key, user, visit, action, label, url, fields: [[name, value]], at, state: "waiting" | "refused", message, tries}.
"use strict";

const field = (() => {
  const told = document.getElementById("field-words").dataset;
  const user = Number(told.user), JSON_ONLY = { Accept: "application/json" };
  const FIRST_WAIT = 2000, LONGEST_WAIT = 60000, PATIENCE = 120000;
  /** How it stands with the network: "idle", "sending", "waiting", "offline", "signed_out". */
  const net = { state: "idle", tries: 0, timer: 0 };

  // --- kept on the phone ---------------------------------------------------------------------------

  let opening;
  function open() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("sercom-field", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opening;
  }

  async function within(mode, work) {
    const transaction = (await open()).transaction("entries", mode, { durability: "strict" });
    const request = work(transaction.objectStore("entries"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  }

  const keep = (row) => within("readwrite", (store) => store.put(row));
  const remove = (id) => within("readwrite", (store) => store.delete(id));
  const rows = async () => (await within("readonly", (store) => store.getAll())).filter((row) => row.user === user);

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`field:${name}`, { detail }));

  async function send(url, data, { action, label, visit }) {
    const fields = [...data.entries()].filter(([name, value]) => name !== "csrf_token" && name !== "key" && !(value instanceof File && !value.name && !value.size));
    const row = { key: crypto.randomUUID?.() ?? key(), user, visit: Number(visit), action, label, url, fields, at: new Date().toISOString(), state: "waiting", message: "", tries: 0 };
    row.id = await keep(row);
    navigator.storage?.persist?.();
    tell("kept", { row });
    tell("changed");
    pump();
    return row;
  }

  // Without TLS on an address of the house there is no randomUUID.
  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  async function drop(id) { await remove(id); tell("changed"); }

  async function again(row) {
    await keep({ ...row, state: "waiting", message: "" });
    tell("changed");
    pump();
  }

  // --- sent in order -------------------------------------------------------------------------------

  let pumping = false, wanted = false;
  async function pump() {
    if (pumping) { wanted = true; return; }
    pumping = true;
    wanted = false;
    clearTimeout(net.timer);
    try {
      // Two tabs do not send the same entry side by side; the server would take it once anyway.
      if (navigator.locks) await navigator.locks.request("sercom-field", drain);
      else await drain();
    } catch { later("offline"); } finally { pumping = false; tell("changed"); }
    if (wanted) pump();
  }

  async function drain() {
    for (;;) {
      const row = (await rows()).find((each) => each.state === "waiting");
      if (!row) return stand("idle");
      const token = await fresh();
      if (token === null) return;
      stand("sending");
      if (!await deliver(row, token)) return;
      net.tries = 0;
    }
  }

  /** A token for whoever wrote what waits; null where it cannot be had now. */
  async function fresh() {
    const answer = await ask(told.token, { headers: JSON_ONLY });
    if (!answer) { later("offline"); return null; }
    if (answer.status === 401) { stand("signed_out"); return null; }
    const said = answer.ok ? await read(answer) : null;
    if (!said) { later("offline"); return null; }
    if (said.user !== user) { location.replace(told.field); return null; } // somebody else signed in: this is not their page
    return said.token;
  }

  /** Send one entry; true where the next may follow. */
  async function deliver(row, token) {
    const data = new FormData();
    for (const [name, value] of row.fields) if (value instanceof Blob) data.append(name, value, value.name || "photo.jpg"); else data.append(name, value);
    data.append("key", row.key);
    data.append("at", row.at);
    data.append("csrf_token", token);
    data.append("sent_at", new Date().toISOString());
    const answer = await upload(row, data);
    const said = answer && await read(answer);
    if (answer?.status === 401) { stand("signed_out"); return false; }
    if (!said || said.state === "token" || answer.status >= 500 || answer.status === 429) { later(answer ? "waiting" : "offline"); return false; }
    if (said.state === "done") {
      await remove(row.id);
      tell("done", { row, answer: said });
    } else {
      const refused = { ...row, state: "refused", message: said.message, tries: row.tries + 1 };
      await keep(refused);
      tell("refused", { row: refused, answer: said });
    }
    tell("changed");
    return true;
  }

  async function ask(url, options) {
    try { return await fetch(url, { ...options, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) }); } catch { return null; }
  }

  /** Post an entry and tell how far it is: "field:progress" (detail: {row, part}, 0 to 1); null without a network. */
  function upload(row, data) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", row.url);
      request.setRequestHeader("Accept", JSON_ONLY.Accept);
      request.timeout = PATIENCE;
      request.upload.onprogress = (event) => { if (event.lengthComputable) tell("progress", { row, part: event.loaded / event.total }); };
      request.onload = () => resolve({ status: request.status, ok: request.status < 300, json: async () => JSON.parse(request.responseText) });
      request.onerror = request.ontimeout = request.onabort = () => resolve(null);
      request.send(data);
    });
  }

  async function read(answer) {
    try { return await answer.json(); } catch { return null; }
  }

  function stand(state) {
    if (state !== "sending") net.tries = 0;
    net.state = state;
    tell("changed");
  }

  /** Try again after a while: 2 s, 4 s, 8 s … a minute. */
  function later(state) {
    net.state = state;
    clearTimeout(net.timer);
    net.timer = setTimeout(pump, Math.min(FIRST_WAIT * 2 ** net.tries++, LONGEST_WAIT));
    tell("changed");
  }

  addEventListener("online", pump);
  addEventListener("pageshow", pump);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) pump(); });

  return { net, user, told, words: JSON.parse(told.words), open, rows, send, again, drop, pump };
})();
window.field = field;
