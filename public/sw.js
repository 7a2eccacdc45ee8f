// The service worker: caches pages that were read, so that they can be read again offline.
//
// Pages are network-first: a cached copy is shown only if the server does not answer. The files of a build are cache-first. Sockets, the API, forms and streams
// bypass the worker. A cached page is a whole response with its headers, because the nonce in its Content-Security-Policy must match the one in its markup.

// The path below which the server answers: empty, or as `/chat`. Chats below other paths of the origin have caches of their own.
const BASE = location.pathname.replace(/\/[^/]*$/, '');
const PAGE_CACHE = `${BASE}chorus.pages`;
const FILE_CACHE = `${BASE}chorus.files`;
const MAX_PAGES = 50;
const NETWORK_TIMEOUT_MS = 3_000;
// Pages vary by cookie and language. A browser has one visitor, and the newest copy is the right one.
const IGNORE_VARY = { ignoreVary: true };
const STATIC_FILES = ['/favicon.svg', '/favicon-new.svg', '/manifest.webmanifest'].map((path) => BASE + path);

// A new worker takes over at once: an open tab has loaded all its files and requests only pages from now on.
self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(FILE_CACHE).then((files) => files.addAll(STATIC_FILES)));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  const path = withoutBase(pathname);
  if (request.method !== 'GET' || origin !== location.origin || !path || /^\/(api|chat)(\/|$)/.test(path)) return;
  if (request.mode === 'navigate') event.respondWith(servePage(event, pathname + search));
  else if (/^(\/anew)?\/pkg\//.test(path)) event.respondWith(serveBuildFile(request));
  else if (STATIC_FILES.includes(pathname))
    event.respondWith(fetchFromServer(request).catch(() => caches.match(request, IGNORE_VARY)));
});

/** Returns the path on the server, or `undefined` for an address that is not below its path. */
const withoutBase = (address) => (address.startsWith(`${BASE}/`) ? address.slice(BASE.length) : undefined);

/** Whether a proxy reports that the server does not answer. 520 to 530 are Cloudflare's own codes for that. */
const isGatewayError = ({ status }) => (status >= 502 && status <= 504) || (status >= 520 && status <= 530);

/** Fails if only a proxy answers, as `fetch` does if nothing answers. */
async function fetchFromServer(request) {
  const response = await fetch(request);
  if (isGatewayError(response)) throw new TypeError(`${response.url}: ${response.status}`);
  return response;
}

// --- pages

// A query selects another view of the same page, which is not cached.
const isCacheable = (address) => /^\/(t\/[^?]+)?$/.test(withoutBase(address));

async function servePage(event, path) {
  const response = fetchFromServer(event.request);
  const cloned = response.then((response) => response.clone());
  event.waitUntil(cloned.then((clone) => cacheInTurn(() => cachePage(path, clone))).catch(() => {}));
  try {
    return (await orTimeout(response)) ?? (await cachedPage(path)) ?? (await response);
  } catch {
    return (await cachedPage(path)) ?? (await offlinePage());
  }
}

/** Resolves to the response, or to `undefined` after the timeout. */
const orTimeout = (response) =>
  Promise.race([response, new Promise((resolve) => setTimeout(resolve, NETWORK_TIMEOUT_MS))]);

/** Returns the newest copy of a page. Without one, a page within a topic redirects to the topic, and `/` to the newest page. */
async function cachedPage(address) {
  const pages = await caches.open(PAGE_CACHE);
  const found = await pages.match(address, IGNORE_VARY);
  if (found) return found;
  const path = withoutBase(address);
  const topic = path.match(/^(\/t\/[^/?]+)[/?]/)?.[1];
  if (topic && (await pages.match(BASE + topic, IGNORE_VARY))) return Response.redirect(BASE + topic);
  const newest = path === '/' && (await pages.keys()).at(-1);
  return newest ? Response.redirect(newest.url) : undefined;
}

/** Returns a function that runs tasks one after the other. */
function serialQueue() {
  let last = Promise.resolve();
  return (task) => (last = last.then(task, task));
}

// Serial, so that no task evicts files that another has just cached.
const cacheInTurn = serialQueue();
// Serial, because the browser loads the icon of each notification first, so a later one could overtake an earlier one.
const notifyInTurn = serialQueue();

/** Caches a page and the files that it uses. A refused visitor (401) loses all cached pages. */
async function cachePage(path, response) {
  if (response.status === 401) return await caches.delete(PAGE_CACHE);
  const isPage = response.ok && !response.redirected && response.headers.get('content-type')?.startsWith('text/html');
  if (!isPage || !isCacheable(path)) return;
  const [pages, files] = await Promise.all([caches.open(PAGE_CACHE), caches.open(FILE_CACHE)]);
  const used = buildFilesOf(await response.clone().text());
  const missing = await notCached(files, used);
  // The files come first: without them, the page would not become live.
  await files.addAll(missing);
  // `put` alone would keep a copy whose varying headers differ.
  await pages.delete(path, IGNORE_VARY);
  await pages.put(path, response);
  await evictOldestPages(pages);
  if (missing.length > 0) await evictUnusedFiles(pages, files);
}

// With their extensions: the path of the server may contain `/pkg/` as well.
const BUILD_FILE = /\/pkg\/[\w.-]+\.(?:css|js|wasm)\b/g;
const buildFilesOf = (markup) => [...new Set(markup.match(BUILD_FILE))].map((path) => BASE + path);

async function notCached(files, paths) {
  const matches = await Promise.all(paths.map((path) => files.match(path, IGNORE_VARY)));
  return paths.filter((_, index) => !matches[index]);
}

async function evictOldestPages(pages) {
  const keys = await pages.keys();
  await Promise.all(keys.slice(0, -MAX_PAGES).map((key) => pages.delete(key, IGNORE_VARY)));
}

/** Removes the files of builds that no cached page uses any more. */
async function evictUnusedFiles(pages, files) {
  const cached = await Promise.all((await pages.keys()).map((key) => pages.match(key, IGNORE_VARY)));
  const used = new Set((await Promise.all(cached.map(async (page) => buildFilesOf(await page.text())))).flat());
  const isUnused = ({ pathname }) => pathname.startsWith(`${BASE}/pkg/`) && !used.has(pathname);
  const unused = (await files.keys()).filter((key) => isUnused(new URL(key.url)));
  await Promise.all(unused.map((key) => files.delete(key, IGNORE_VARY)));
}

/**
 * Serves a file of a build from the cache: its name contains a hash of its content, so a copy never becomes stale. A page that starts again requests it under
 * `/anew/pkg/`. The response for such a request must have that URL, because the module's imports are resolved against it.
 */
async function serveBuildFile(request) {
  const path = new URL(request.url).pathname;
  const name = BASE + withoutBase(path).replace(/^\/anew/, '');
  const cached = await caches.match(name, IGNORE_VARY);
  if (!cached) return await fetchFromServer(request);
  return name === path ? cached : new Response(cached.body, cached);
}

// --- messages of live pages

// A tab that loaded an older version of the page sends the same messages, so their fields keep their names.
self.addEventListener('message', (event) => {
  const { keep: path, tell: notification } = event.data ?? {};
  if (path)
    event.waitUntil(
      fetchFromServer(path)
        .then((response) => cacheInTurn(() => cachePage(path, response)))
        .catch(() => {}),
    );
  if (notification) event.waitUntil(notifyInTurn(() => notify(notification, event.source)));
});

/**
 * Shows the notification of a hidden page, unless another page is visible: that one shows the news itself. A notification with the same tag (one for each
 * topic) is replaced.
 */
async function notify({ title, body, tag, path }, sender) {
  const isSeen = (await openPages()).some((page) => page.id !== sender?.id && page.visibilityState === 'visible');
  const icon = `${BASE}/icons/192.png`;
  if (!isSeen) await self.registration.showNotification(title, { body, tag, data: path, icon });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPath(event.notification.data));
});

/** Opens a path in a topic's page, which navigates without losing the text in its composer; without one, in a new window. */
async function openPath(path) {
  const page = (await openPages()).find(({ url }) => new URL(url).pathname.startsWith(`${BASE}/t/`));
  if (!page) return await self.clients.openWindow(path);
  page.postMessage({ open: path });
  await page.focus();
}

/** Returns the pages of this chat: the browser lists those of the whole origin. */
async function openPages() {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return pages.filter(({ url }) => withoutBase(new URL(url).pathname));
}

// --- the offline page, for pages without a copy

const TEXTS = {
  en: ['You are offline', 'This page is not saved for reading offline.', 'Saved for offline', 'Try again'],
  de: ['Du bist offline', 'Diese Seite ist nicht für offline gespeichert.', 'Offline gespeichert', 'Erneut versuchen'],
  ar: ['أنت غير متصل', 'هذه الصفحة غير محفوظة للقراءة دون اتصال.', 'محفوظة دون اتصال', 'أعد المحاولة'],
};
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

async function offlinePage() {
  const [pages, files] = await Promise.all([caches.open(PAGE_CACHE), caches.open(FILE_CACHE)]);
  const paths = (await pages.keys()).map((key) => new URL(key.url).pathname).reverse();
  const style = (await files.keys()).map((key) => new URL(key.url).pathname).findLast((path) => path.endsWith('.css'));
  // The language of the page that was read last.
  const newest = paths[0] ? await (await pages.match(paths[0], IGNORE_VARY)).text() : '';
  const preferred = newest.match(/<html[^>]* lang="(\w+)/)?.[1] ?? navigator.language.slice(0, 2);
  const lang = preferred in TEXTS ? preferred : 'en';
  const theme = await chosenTheme(newest);
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CONTENT_SECURITY_POLICY };
  const topics = paths.filter((path) => /^\/t\/[\w.-]+$/.test(withoutBase(path)));
  return new Response(markup(lang, theme, style, topics), { status: 503, headers });
}

/** Returns `light` or `dark` if it was chosen. A browser that hides cookies from workers knows the theme of the page that was read last. */
async function chosenTheme(newest) {
  const theme = self.cookieStore
    ? (await self.cookieStore.get(`theme${BASE.replaceAll('/', '_')}`))?.value
    : newest.match(/<html[^>]* data-theme="(\w+)/)?.[1];
  return ['light', 'dark'].includes(theme) ? theme : undefined;
}

function markup(lang, theme, style, paths) {
  const [title, reason, listTitle, retry] = TEXTS[lang];
  const nameOf = (path) => path.slice(`${BASE}/t/`.length);
  const topics = paths.map((path) => `<li><a href="${path}"><bdi># ${nameOf(path)}</bdi></a></li>`).join('');
  return `<!DOCTYPE html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"${theme ? ` data-theme="${theme}"` : ''}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme ?? 'light dark'}">
<title>${title} · Chorus</title>
<link rel="icon" href="${BASE}/favicon.svg" type="image/svg+xml">
${style ? `<link rel="stylesheet" href="${style}">` : ''}
<main class="card">
<p class="brand">Chorus</p>
<h1>${title}</h1>
<p>${reason}</p>
${topics && `<h2>${listTitle}</h2><ul>${topics}</ul>`}
<p><a class="button" href="">${retry}</a></p>
</main>
</html>`;
}
