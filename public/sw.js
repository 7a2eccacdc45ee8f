// What the browser keeps of Chorus, so that what was read can be read again without a network.
//
// For pages the network comes first: a copy is shown only when it does not answer. A build's files come from the cache. Sockets, the API, forms and streams pass by
// untouched. A copy is a whole answer with its headers, so the nonce in its policy is the one in its markup.

const PAGES = 'chorus.pages';
const FILES = 'chorus.files';
const MAX_PAGES = 50;
const PATIENCE_MS = 3_000;
// A page differs by its visitor's cookie and language: here there is one visitor, and the newest copy is the one.
const ANY = { ignoreVary: true };
const NAMED = ['/favicon.svg', '/favicon-new.svg', '/manifest.webmanifest'];

// A new worker takes over at once: an open tab has loaded all its files, and asks only for pages from now on.
self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(NAMED)));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin || /^\/(api|chat)(\/|$)/.test(pathname)) return;
  if (request.mode === 'navigate') event.respondWith(page(event, pathname + search));
  else if (/^(\/anew)?\/pkg\//.test(pathname)) event.respondWith(hashed(request));
  else if (NAMED.includes(pathname)) event.respondWith(asked(request).catch(() => caches.match(request, ANY)));
});

/** A proxy's word that the server does not answer; some have codes of their own for it. */
const isNoAnswer = ({ status }) => (status >= 502 && status <= 504) || (status >= 520 && status <= 530);

/** Fails where nothing but a proxy answers, as it does where nothing answers. */
async function asked(request) {
  const answer = await fetch(request);
  if (isNoAnswer(answer)) throw new TypeError(`${answer.url}: ${answer.status}`);
  return answer;
}

// --- pages

// Not what follows a `?`: those are other views of the same.
const isKept = (path) => path === '/' || /^\/t\/[^?]+$/.test(path);

async function page(event, path) {
  const answer = asked(event.request);
  const cloned = answer.then((answer) => answer.clone());
  event.waitUntil(cloned.then((clone) => keepInTurn(() => keep(path, clone))).catch(() => {}));
  try {
    return (await soon(answer)) ?? (await copy(path)) ?? (await answer);
  } catch {
    return (await copy(path)) ?? (await offline());
  }
}

/** The answer, or nothing when it takes too long. */
const soon = (answer) => Promise.race([answer, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

/** The page as it was seen last. Without one, what is in a topic leads to the topic, and the root to the newest page. */
async function copy(path) {
  const pages = await caches.open(PAGES);
  const found = await pages.match(path, ANY);
  if (found) return found;
  const topic = path.match(/^(\/t\/[^/?]+)[/?]/)?.[1];
  if (topic && (await pages.match(topic, ANY))) return Response.redirect(topic);
  const newest = path === '/' && (await pages.keys()).at(-1);
  return newest ? Response.redirect(newest.url) : undefined;
}

/** One after the other. */
function queue() {
  let last = Promise.resolve();
  return (work) => (last = last.then(work, work));
}

// What one keeps, none throws away meanwhile.
const keepInTurn = queue();
// A browser fetches the picture of each first, so what is told later might be there before.
const tellInTurn = queue();

/** Keeps a page with the files that it uses; whoever is kept out keeps nothing. */
async function keep(path, answer) {
  if (answer.status === 401) return await caches.delete(PAGES);
  const isPage = answer.ok && !answer.redirected && answer.headers.get('content-type')?.startsWith('text/html');
  if (!isPage || !isKept(path)) return;
  const [pages, files] = await Promise.all([caches.open(PAGES), caches.open(FILES)]);
  const used = filesOf(await answer.clone().text());
  const missing = await absent(files, used);
  // First the files: a page without them would be dead.
  await files.addAll(missing);
  await pages.delete(path, ANY);
  await pages.put(path, answer);
  await forgetOldest(pages);
  if (missing.length > 0) await forgetUnused(pages, files);
}

const filesOf = (markup) => [...new Set(markup.match(/\/pkg\/[\w.-]+/g))];

async function absent(files, paths) {
  const known = await Promise.all(paths.map((path) => files.match(path, ANY)));
  return paths.filter((_, index) => !known[index]);
}

async function forgetOldest(pages) {
  const keys = await pages.keys();
  await Promise.all(keys.slice(0, -MAX_PAGES).map((key) => pages.delete(key, ANY)));
}

/** A build's files go with the last page that was made for them. */
async function forgetUnused(pages, files) {
  const kept = await Promise.all((await pages.keys()).map((key) => pages.match(key, ANY)));
  const used = new Set((await Promise.all(kept.map(async (page) => filesOf(await page.text())))).flat());
  const isUnused = ({ pathname }) => pathname.startsWith('/pkg/') && !used.has(pathname);
  const unused = (await files.keys()).filter((key) => isUnused(new URL(key.url)));
  await Promise.all(unused.map((key) => files.delete(key, ANY)));
}

/**
 * Its name carries a hash of its content: a copy is as good as the file. A page that begins anew asks for it under another
 * address (`/anew/pkg/`); an answer made here has the address that was asked for, and what it imports is looked for beside it.
 */
async function hashed(request) {
  const path = new URL(request.url).pathname;
  const name = path.replace(/^\/anew/, '');
  const copy = await caches.match(name, ANY);
  if (!copy) return await asked(request);
  return name === path ? copy : new Response(copy.body, copy);
}

// --- what a live page asks for

self.addEventListener('message', (event) => {
  const { keep: path, tell: news } = event.data ?? {};
  if (path)
    event.waitUntil(
      asked(path)
        .then((answer) => keepInTurn(() => keep(path, answer)))
        .catch(() => {}),
    );
  if (news) event.waitUntil(tellInTurn(() => tell(news, event.source)));
});

/** Tells what a hidden page asks to tell, unless another is looked at: that one shows it. A topic's news fold into one. */
async function tell({ title, body, tag, path }, from) {
  const isSeen = (await windows()).some((page) => page.id !== from?.id && page.visibilityState === 'visible');
  if (!isSeen) await self.registration.showNotification(title, { body, tag, data: path, icon: '/icons/192.png' });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

/** A topic's page that is open goes there by itself, and keeps what is being written in it; no other page can. */
async function open(path) {
  const page = (await windows()).find(({ url }) => new URL(url).pathname.startsWith('/t/'));
  if (!page) return await self.clients.openWindow(path);
  page.postMessage({ open: path });
  await page.focus();
}

const windows = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });

// --- nothing was kept

const SAID = {
  en: ['You are offline', 'This page was not kept for reading offline.', 'Kept', 'Try again'],
  de: ['Du bist offline', 'Diese Seite wurde nicht zum Offline-Lesen behalten.', 'Behalten', 'Noch einmal versuchen'],
  ar: ['أنت غير متصل', 'لم تُحفظ هذه الصفحة للقراءة دون اتصال.', 'محفوظة', 'أعد المحاولة'],
};
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

async function offline() {
  const [pages, files] = await Promise.all([caches.open(PAGES), caches.open(FILES)]);
  const paths = (await pages.keys()).map((key) => new URL(key.url).pathname).reverse();
  const style = (await files.keys()).map((key) => new URL(key.url).pathname).findLast((path) => path.endsWith('.css'));
  const newest = paths[0] ? await (await pages.match(paths[0], ANY)).text() : '';
  const wanted = newest.match(/<html[^>]* lang="(\w+)/)?.[1] ?? navigator.language.slice(0, 2);
  const lang = wanted in SAID ? wanted : 'en';
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };
  const topics = paths.filter((path) => /^\/t\/[\w.-]+$/.test(path));
  return new Response(markup(lang, style, topics), { status: 503, headers });
}

function markup(lang, style, paths) {
  const [title, why, kept, again] = SAID[lang];
  const topics = paths.map((path) => `<li><a href="${path}"><bdi># ${path.slice(3)}</bdi></a></li>`).join('');
  return `<!DOCTYPE html>
<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Chorus</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
${style ? `<link rel="stylesheet" href="${style}">` : ''}
<main class="card">
<h1>${title}</h1>
<p>${why}</p>
${topics && `<h2>${kept}</h2><ul>${topics}</ul>`}
<p><a href="">${again}</a></p>
</main>
</html>`;
}
