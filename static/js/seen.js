// The page was on a screen: said once, and only where a person can have read it.
"use strict";

const seen = document.currentScript.dataset.seen;

function tell() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", tell);
  fetch(seen, { method: "POST", keepalive: true });
}

document.addEventListener("visibilitychange", tell);
tell();
