import type { Page } from '@playwright/test';

const PAGES = 'chorus.pages';

/** The pages that this browser keeps for reading offline, the oldest first. Asked of a page of this browser. */
export async function keptPages(page: Page): Promise<string[]> {
  return await page.evaluate(async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.map((key) => new URL(key.url).pathname);
  }, PAGES);
}

/** The markup of a page that is kept; empty when it is not. */
export async function keptMarkup(page: Page, path: string): Promise<string> {
  const text = ([name, path]: [string, string]) =>
    caches.open(name).then(async (pages) => (await (await pages.match(path))?.text()) ?? '');
  return await page.evaluate(text, [PAGES, path] as [string, string]);
}

/** Keeps a page that the server never sent. */
export async function keepsInstead(page: Page, path: string, markup: string): Promise<void> {
  await page.evaluate(
    async ([name, path, markup]) => {
      const headers = { 'content-type': 'text/html' };
      await (await caches.open(name)).put(path, new Response(markup, { headers }));
    },
    [PAGES, path, markup] as const,
  );
}

const FILES = 'chorus.files';

/** The files of builds that this browser keeps. */
export async function keptFiles(page: Page): Promise<string[]> {
  return await page.evaluate(async (name) => {
    const keys = await (await caches.open(name)).keys();
    return keys.map((key) => new URL(key.url).pathname).filter((path) => path.startsWith('/pkg/'));
  }, FILES);
}

/** Keeps a file that the server never sent. */
export async function keepsFile(page: Page, path: string): Promise<void> {
  const put = ([name, path]: [string, string]) => caches.open(name).then((files) => files.put(path, new Response('')));
  await page.evaluate(put, [FILES, path] as [string, string]);
}

/** Forgets files and pages that are kept. */
export async function forgets(page: Page, paths: string[]): Promise<void> {
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
