// Serves what pages are made of from the device, and the page without signal when no answer comes.
// It never stores a page: those name people. `TOLD` is set by the server; when it changes, so does all.
importScripts(TOLD.core);
const STORE = `parts-${TOLD.version}`;

// One slow answer must not cost the whole installation: the browser tries again only with the next page.
const patient = async (act, left = 3) => {
  try { return await act(); } catch (broken) {
    if (!left) throw broken;
    await new Promise((done) => setTimeout(done, 500 * (4 - left)));
    return patient(act, left - 1);
  }
};

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const store = await caches.open(STORE);
  await Promise.all([
    ...TOLD.files.map((file) => patient(() => store.add(file))),
    // Without cookies: the same for everybody, and nobody's name in it.
    ...Object.values(TOLD.shells).map((path) => patient(async () => store.put(path, await fetch(path, { credentials: "omit", cache: "no-store" })))),
  ]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("message", (event) => { if (event.data === "claim") event.waitUntil(self.clients.claim()); });

const part = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);
const lang_of = (path) => { const said = path.split("/")[1]; return TOLD.shells[said] ? said : Object.keys(TOLD.shells)[0]; };
const shell = (path) => caches.match(TOLD.shells[lang_of(path)], { ignoreVary: true });
const page = async (request) => {
  try {
    const answer = await fetch(request);
    // A gateway that finds nobody behind it is no answer either.
    return answer.status === 502 || answer.status === 504 ? (await shell(new URL(request.url).pathname)) || answer : answer;
  } catch (broken) {
    const shown = await shell(new URL(request.url).pathname);
    if (!shown) throw broken;
    return shown;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event, there = new URL(request.url);
  if (there.origin !== location.origin) return;
  if (request.method === "GET" && there.pathname.startsWith("/static/")) event.respondWith(part(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

// The browser wakes us when there is signal, also when no page of ours is open.
self.addEventListener("sync", (event) => {
  if (!event.tag.startsWith("away ")) return;
  event.waitUntil(self.away.flush(event.tag.slice(5), { now: true }).then((done) => {
    if (done.left && done.signed) throw new Error("not sent yet");
  }));
});
