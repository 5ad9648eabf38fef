// Keeps the day's pages on the phone: registers the service worker, reads ahead today's visits, forgets them at the sign-out.
"use strict";

(() => {
  const { told, words } = field;
  const READ_AGAIN = 60000, READ = `field-read-${field.user}`; // milliseconds

  async function readAhead() {
    const day = document.querySelector("[data-field-day][data-own]");
    if (!day || Date.now() - Number(sessionStorage.getItem(READ) ?? 0) < READ_AGAIN) return;
    const links = [...day.querySelectorAll("a[data-keep]")].map((link) => link.href);
    try {
      await (await fetch(location.href.split("#")[0])).text(); // the worker was not there yet when the page came
      for (const link of links) {
        const answer = await fetch(link);
        if (!answer.ok) continue;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const picture of page.querySelectorAll(".field-main img[src]")) await (await fetch(picture.getAttribute("src"))).blob();
      }
      sessionStorage.setItem(READ, Date.now());
      await forgetOld(links);
      document.documentElement.dataset.fieldKept = "1";
    } catch { /* no network: what is kept stays */ }
  }

  /** A visit that was opened before the worker was there stays on the phone too, and the way back to the day. */
  async function keepThis() {
    if (!document.querySelector(".field-visit")) return;
    try { for (const address of [location.href.split("#")[0], told.field]) await (await fetch(address)).text(); } catch { /* no network */ }
  }

  /** Visits that are no longer of these days need not be on a phone, nor the files that only older pages ask for. */
  async function forgetOld(links) {
    const version = new URL(document.querySelector("script[src]").src).pathname.split("/static/")[1].split("/")[0];
    for (const name of await caches.keys()) {
      if (name.startsWith("field-files-") && name !== `field-files-${version}`) await caches.delete(name);
      if (!name.startsWith("field-pages-")) continue;
      const cache = await caches.open(name);
      for (const request of await cache.keys())
        if (request.url.includes("/visits/") && !links.some((link) => request.url === link || request.url.startsWith(`${link}/`))) await cache.delete(request);
    }
  }

  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-sign-out]") || event.target.dataset.sure) return;
    event.preventDefault();
    const waits = await field.rows().catch(() => []);
    if (waits.length && !confirm(words.unsent)) return;
    event.target.dataset.sure = "1";
    sessionStorage.removeItem(READ);
    for (const name of await self.caches?.keys() ?? []) if (name.startsWith("field-pages-")) await caches.delete(name);
    event.target.submit();
  });

  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.register(told.worker, { scope: told.field }).catch(() => {});
  navigator.serviceWorker.ready.then(() => {
    if (navigator.serviceWorker.controller) readAhead();
    else navigator.serviceWorker.addEventListener("controllerchange", () => { readAhead(); keepThis(); }, { once: true });
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && navigator.serviceWorker.controller) readAhead(); });
})();
