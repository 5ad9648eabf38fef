// Nobody is signed in, or no longer: the technician's pages that were kept on this device go. What waits to be sent stays.
"use strict";

const forget = async () => { for (const name of await self.caches?.keys() ?? []) if (name.startsWith("field-pages-")) await caches.delete(name); };

if (document.querySelector(".door")) forget();
document.addEventListener("submit", (event) => { if (event.target.matches('form[action$="/logout"]')) forget(); });
