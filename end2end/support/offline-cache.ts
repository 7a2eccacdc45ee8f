import type { Page } from '@playwright/test';

export const PAGES = 'chorus.pages';

/** Returns the paths of the pages that this browser has cached for reading offline, the oldest first. */
export async function cachedPages(page: Page): Promise<string[]> {
  return await page.evaluate(async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.map((key) => new URL(key.url).pathname);
  }, PAGES);
}

/** Returns the markup of a cached page, or an empty string if it is not cached. */
export async function cachedMarkup(page: Page, path: string): Promise<string> {
  return await page.evaluate(cachedText, [PAGES, path] as const);
}

/** Runs in the page. */
export async function cachedText([cache, path]: readonly [string, string]): Promise<string> {
  const pages = await caches.open(cache);
  return (await (await pages.match(path))?.text()) ?? '';
}

/** Puts a page into the cache that the server never sent. */
export async function cachesPage(page: Page, path: string, markup: string): Promise<void> {
  await page.evaluate(
    async ([name, path, markup]) => {
      const headers = { 'content-type': 'text/html' };
      await (await caches.open(name)).put(path, new Response(markup, { headers }));
    },
    [PAGES, path, markup] as const,
  );
}

const FILES = 'chorus.files';

/** Returns the paths of the cached files of builds. */
export async function cachedFiles(page: Page): Promise<string[]> {
  return await page.evaluate(async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.map((key) => new URL(key.url).pathname).filter((path) => path.startsWith('/pkg/'));
  }, FILES);
}

/** Puts a file into the cache that the server never sent. */
export async function cachesFile(page: Page, path: string): Promise<void> {
  const put = ([name, path]: [string, string]) => caches.open(name).then((files) => files.put(path, new Response('')));
  await page.evaluate(put, [FILES, path] as [string, string]);
}

/** Removes files and pages from the caches. */
export async function uncaches(page: Page, paths: string[]): Promise<void> {
  await page.evaluate(
    async ([names, paths]) => {
      for (const name of names) {
        const cache = await caches.open(name);
        for (const path of paths) await cache.delete(path, { ignoreVary: true });
      }
    },
    [[PAGES, FILES], paths] as [string[], string[]],
  );
}
