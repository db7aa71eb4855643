// The part of the phone pages that works without a signal: keeps the shell (style, scripts), the list and its forms, and hands
// them out when the network does not answer in time. It keeps no answers of forms and sends nothing: drafts are the page's.
// The server puts a line before this file: SHELL, with the version and the addresses of the shell.
"use strict";

const SHELL_CACHE = "doudi-shell-" + SHELL.version;
const PAGES = "doudi-pages-";
const OFFLINE = "/field/offline";
// With one bar of signal: as long as somebody waits before she thinks it is broken.
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL.urls.concat(OFFLINE))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("doudi-shell-") && name !== SHELL_CACHE;
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

// A page asks to keep the list and its forms for its user; what another user left goes.
self.addEventListener("message", (event) => {
  const asked = event.data || {};
  if (asked.type !== "keep" || !/^[0-9]+$/.test(asked.user)) return;
  event.waitUntil(keep(asked.user, asked.pages || []).then((kept) => {
    if (event.source) event.source.postMessage({ type: "kept", kept });
  }));
});

async function keep(user, pages) {
  const own = PAGES + user;
  const others = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== own);
  await Promise.all(others.map((name) => caches.delete(name)));
  const cache = await caches.open(own);
  let kept = 0;
  for (const page of pages) {
    try {
      const answer = await fetch(page, { credentials: "same-origin", redirect: "manual" });
      if (isPage(answer)) {
        await cache.put(page, answer);
        kept += 1;
      } else if (answer.status === 404 || answer.status === 403 || answer.status === 422) {
        // The case has moved on: its form is not offered any more.
        await cache.delete(page);
      }
    } catch (error) {
      return kept;
    }
  }
  const wanted = new Set(pages.map((page) => new URL(page, self.location.origin).pathname));
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  return kept;
}

function isPage(answer) {
  return answer.ok && answer.type === "basic" && (answer.headers.get("content-type") || "").startsWith("text/html");
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((known) => known || fetch(request)));
  } else if (request.mode === "navigate" && (url.pathname === "/field" || url.pathname.startsWith("/field/"))) {
    event.respondWith(page(request, url));
  }
});

async function page(request, url) {
  const known = await kept(url.pathname);
  const network = fetch(request);
  if (!known) {
    return network.catch(async () => (await caches.match(OFFLINE)) || Response.error());
  }
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  // A network that answers later than that is not waited for, and its failure is nobody's news.
  const answer = await Promise.race([network.catch(() => null), patience]);
  return answer || marked(known);
}

async function kept(path) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(path, { ignoreSearch: true });
    if (found) return found;
  }
  return null;
}

// The page is told that it is a kept one.
async function marked(answer) {
  const text = await answer.text();
  return new Response(text.replace('data-kept="no"', 'data-kept="yes"'), { headers: answer.headers });
}
