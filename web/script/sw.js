/* The service worker keeps the offline page, the sheet and the script (KEEP, set by the server) and
   nothing about the person. A page that cannot be fetched is answered with the offline page. */
const NAME = "lancar-" + KEEP.join("|");
self.addEventListener("install", (e) => e.waitUntil(caches.open(NAME).then((c) => c.addAll(KEEP)).then(() => self.skipWaiting())));
self.addEventListener("activate", (e) => e.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n)))).then(() => self.clients.claim())));
self.addEventListener("fetch", (e) => {
  const r = e.request;
  if (r.mode === "navigate") {
    e.respondWith(fetch(r).catch(() => caches.match("/offline")));
  } else if (r.method === "GET" && new URL(r.url).pathname.startsWith("/assets/")) {
    e.respondWith(caches.match(r).then((hit) => hit || fetch(r)));
  }
});
