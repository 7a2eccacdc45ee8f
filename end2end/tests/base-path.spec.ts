import type { Page } from '@playwright/test';
import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { storedBodies } from '../support/drafts';
import { test as base, expect } from '../support/fixtures';
import { cachedText } from '../support/offline-cache';
import { PathProxy } from '../support/path-proxy';
import type { Person } from '../support/person';
import { Server } from '../support/server';
import { hidesPage } from '../support/visibility';

const PATHS = ['/one', '/two'];

type Fixtures = { pathProxy: PathProxy; chats: Server[]; carol: Person };

/** Two chats below two paths of one origin, and Carol, whose browser allows service workers. */
const test = base.extend<Fixtures>({
  pathProxy: async ({}, use) => {
    const pathProxy = await PathProxy.start();
    await use(pathProxy);
    await pathProxy.close();
  },

  chats: async ({ pathProxy }, use) => {
    const chats: Server[] = [];
    for (const path of PATHS) {
      const chat = await Server.start({ 'public-url': pathProxy.url + path });
      pathProxy.leads(path, chat.url);
      chats.push(chat);
    }
    await use(chats);
    for (const chat of chats) await chat.close();
  },

  // The server of the other stories is not started.
  server: async ({ chats }, use) => {
    await use(chats[0]);
  },

  carol: async ({ pathProxy, newcomer }, use) => {
    await use(await newcomer({ baseURL: pathProxy.url, serviceWorkers: 'allow' }));
  },
});

async function joins(person: Person, path: string): Promise<void> {
  await person.page.goto(path);
  await person.isConnected();
}

/** Waits until the page of a topic is cached with this text. */
async function isCached(page: Page, path: string, text: string): Promise<void> {
  await hidesPage(page);
  await expect.poll(() => page.evaluate(cachedText, ['/onechorus.pages', path] as const)).toContain(text);
}

test('a chat below a path sends, is readable offline, and stays below its path', async ({ carol, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE, /503/);
  const { page } = carol;
  await joins(carol, '/one/t/lobby');
  await carol.hasAllParts();
  await carol.publishes('for the train');
  await carol.sees('for the train');
  const scope = () => page.evaluate(async () => new URL((await navigator.serviceWorker.ready).scope).pathname);
  expect(await scope()).toBe('/one/');
  await isCached(page, '/one/t/lobby', 'for the train');

  await page.context().setOffline(true);
  await page.reload();
  await carol.isLive();
  await carol.isOffline();
  await carol.seesAll(['for the train']);
  await carol.publishes('from the tunnel');
  await carol.seesWaiting('from the tunnel');
  await expect.poll(() => storedBodies(page, '/one')).toEqual(['from the tunnel']);
  await page.goto('/one/t/garden');
  await expect(page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  await page.getByRole('link', { name: '# lobby' }).click();
  await expect(page).toHaveURL(/\/one\/t\/lobby$/);
  await page.context().setOffline(false);
  await carol.isConnected();
  await carol.seesAll(['for the train', 'from the tunnel']);
});

test('links and redirects of a chat below a path lead nowhere else', async ({ carol }) => {
  const { page } = carol;
  await page.goto('/one');
  await expect(page).toHaveURL(/\/one\/$/);
  await page.locator('summary').click();
  await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Tea time');
  await page.getByRole('button', { name: 'Create topic' }).click();
  await expect(page).toHaveURL(/\/one\/t\/tea-time$/);
  await carol.isConnected();
  await carol.publishes('hot');
  await carol.sees('hot');
  await carol.hasAllParts();
  const paths = await page
    .locator('a[href], form')
    .evaluateAll((all) =>
      all.map((it) => new URL(it instanceof HTMLFormElement ? it.action : (it as HTMLAnchorElement).href).pathname),
    );
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) expect(path).toMatch(/^\/one\//);
  await carol.message('hot').getByRole('link').first().click();
  await expect(page).toHaveURL(/\/one\/t\/tea-time\/\d+#m\d+$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/one\/t\/tea-time$/);
  await carol.isConnected();
});

test('two chats of one origin share no drafts, no settings and no session', async ({ chats, carol, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE, /50[234]/);
  const [one] = chats;
  const other = await carol.opensTab();
  await joins(carol, '/one/t/lobby');
  await joins(other, '/two/t/lobby');
  for (const person of [carol, other]) await person.hasAllParts();
  await carol.choosesFromTopicMenu('Settings');
  await carol.page.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
  await carol.page.keyboard.press('Escape');

  await one.kill();
  await carol.publishes('for one');
  await carol.seesWaiting('for one');
  await expect.poll(() => storedBodies(carol.page, '/one')).toEqual(['for one']);
  await other.publishes('for two');
  await other.seesAll(['for two']);
  await other.page.reload();
  await other.isConnected();
  await other.seesAll(['for two']);
  await expect(other.page.locator('html')).not.toHaveAttribute('data-theme');

  const names = await other.page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...(await indexedDB.databases()).map(({ name }) => name ?? ''),
    ...(await caches.keys()),
  ]);
  expect(names).toContain('/onechorus');
  for (const name of names) expect(name).toMatch(/^\/(one|two)chorus/);
  const cookies = await carol.page.context().cookies();
  expect(cookies.length).toBeGreaterThan(2);
  for (const { name, path } of cookies) expect(name.endsWith(path.slice(0, -1).replace('/', '_'))).toBe(true);

  await one.restart();
  await carol.isConnected();
  await carol.seesAll(['for one']);
  await other.seesAll(['for two']);
});
