// The service worker of the field. `TOLD` stands before it: sercom/field/offline.py.
//
// Static files: from the phone first, their address changes with their content. Pages and photos of the field: from the
// network first, then as they were; under the name of the person whom the server names, and of nobody else.
// Everything else, the back-office before all, is none of its business.
"use strict";

const FILES = `field-files-${TOLD.version}`, PAGES = "field-pages-";
const SLOW = 6000; // milliseconds: a bar of signal in a basement is no network

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(FILES);
  await cache.addAll(TOLD.files);
  await self.skipWaiting();
})()));

// Files of an earlier version stay until the pages that ask for them were read again (field-keep.js).
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(TOLD.static)) event.respondWith(file(request));
  else if (url.pathname.includes("/photos/") && url.pathname.startsWith(TOLD.field)) event.respondWith(photo(request));
  else if (url.pathname.startsWith(TOLD.field) && !TOLD.never.includes(url.pathname) && !url.search) event.respondWith(page(event));
});

async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

async function photo(request) {
  return await ofPages(request) ?? keep(request, await fetch(request));
}

async function page(event) {
  const { request } = event;
  const coming = fetch(request).then((answer) => keep(request, answer));
  event.waitUntil(coming.catch(() => {}));
  if (request.headers.has("X-Field-Fresh")) return coming; // what was just sent does not stand in a copy
  const kept = await ofPages(request);
  try {
    const answer = await (kept ? Promise.race([coming, slow()]) : coming);
    return answer.status >= 500 && kept ? kept : answer;
  } catch {
    return kept ?? new Response(TOLD.missing, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

const slow = () => new Promise((_, reject) => setTimeout(reject, SLOW, new Error("slow")));

/** The copy of a page, whosever it is: there are one person's only. */
async function ofPages(request) {
  for (const name of await caches.keys()) {
    const kept = name.startsWith(PAGES) && await (await caches.open(name)).match(request.url, { ignoreVary: true });
    if (kept) return kept;
  }
  return null;
}

/** Keep what is a person's page; what sends to the sign-in, or is somebody else's, ends what was kept before. */
async function keep(request, answer) {
  const user = answer.headers.get("X-Field-User");
  const mine = user && answer.ok ? PAGES + user : null;
  if (mine || answer.type === "opaqueredirect" || answer.redirected || answer.status === 401)
    for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== mine) await caches.delete(name);
  if (mine && !answer.redirected) await (await caches.open(mine)).put(request.url, answer.clone());
  return answer;
}
