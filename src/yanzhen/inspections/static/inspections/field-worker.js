// The service worker of the field page: its shell is here without a network. What is loaded and what
// is typed lies in IndexedDB and is the page's own business; calls to the server go through untouched.
// The server puts `const SHELL = {version, page, files}` before these lines.

/* global SHELL, self, caches */
const NAME = `yanzhen-field-${SHELL.version}`;

/** A shell is whole or not there: an answer that is no page (a sign-in, an error) stops the install. */
async function fill() {
  const cache = await caches.open(NAME);
  await Promise.all([SHELL.page, ...SHELL.files].map(async (url) => {
    const answer = await fetch(url, { cache: "reload", credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
    await cache.put(url, answer);
  }));
}

async function clear() {
  for (const name of await caches.keys()) {
    if (name.startsWith("yanzhen-field-") && name !== NAME) await caches.delete(name);
  }
  await self.clients.claim();
}

async function kept(request, key) {
  const cache = await caches.open(NAME);
  return (await cache.match(key)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && path === SHELL.page) event.respondWith(kept(request, SHELL.page));
  else if (SHELL.files.includes(path)) event.respondWith(kept(request, path));
});
