import { NETWORK_GONE, RENDERED_AGAIN, SERVER_GONE } from '../support/console-guard';
import { storedBodies } from '../support/drafts';
import { test as base, expect } from '../support/fixtures';
import { cachedFiles, cachedMarkup, cachedPages, cachesFile, cachesPage, uncaches } from '../support/offline-cache';
import { Outgoing } from '../support/outgoing';
import type { Person } from '../support/person';
import { ReverseProxy } from '../support/proxy';
import { HYDRATION_FAILED, withBanner, withReplacedNode } from '../support/rewritten-markup';
import { hidesPage } from '../support/visibility';

/** Ann's browser allows service workers. */
const test = base.extend<{ ann: Person }>({
  ann: async ({ newcomer }, use) => {
    await use(await newcomer({ serviceWorkers: 'allow' }));
  },
});

/** Opens a topic and waits until its cached page contains this text. */
async function reads(person: Person, topic: string, text: string): Promise<void> {
  await person.sees(text);
  await hidesPage(person.page);
  await expect.poll(() => cachedMarkup(person.page, `/t/${topic}`)).toContain(text);
}

test('read pages are readable offline, and messages written there arrive once', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  const outgoing = new Outgoing();
  outgoing.watches(ann.page);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.publishes('for the train');
  await reads(ann, 'lobby', 'for the train');
  await ann.page.context().setOffline(true);
  await ann.isOffline();
  await bob.publishes('said meanwhile');
  await bob.sees('said meanwhile');
  await ann.page.reload();
  await ann.isLive();
  await ann.isOffline();
  await ann.seesAll(['for the train']);
  await ann.publishes('from the tunnel');
  await ann.seesWaiting('from the tunnel');
  await expect.poll(() => storedBodies(ann.page)).toEqual(['from the tunnel']);
  await ann.page.reload();
  await ann.isLive();
  await ann.seesWaiting('from the tunnel');
  await ann.page.context().setOffline(false);
  await ann.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['for the train', 'said meanwhile', 'from the tunnel']);
  await expect.poll(() => outgoing.bodies()).toEqual(['from the tunnel']);
});

test('a cached page has the theme that was chosen since', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await ann.publishes('for the train');
  await reads(ann, 'lobby', 'for the train');
  await ann.choosesFromTopicMenu('Settings');
  await ann.page.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
  await ann.page.context().setOffline(true);
  await ann.page.reload();
  await ann.isLive();
  await ann.isOffline();
  await ann.seesAll(['for the train']);
  const background = () => ann.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await expect.poll(background, { timeout: 30_000 }).toBe('rgb(23, 24, 28)');
});

test('a copy is not shown while the server answers', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await bob.publishes('the real one');
  await ann.joins('lobby');
  await reads(ann, 'lobby', 'the real one');
  // The worker gives the server three seconds. Where the machine takes longer, the copy is right, and the next try counts.
  const answersLate = async () => {
    await cachesPage(ann.page, '/t/lobby', '<h1>A copy</h1>');
    const asked = Date.now();
    await ann.page.goto('/t/lobby', { waitUntil: 'commit' });
    return Date.now() - asked > 2_900;
  };
  while (await answersLate());
  await ann.isConnected();
  await ann.seesAll(['the real one']);
});

test('a page that is not cached says so, and links to cached ones', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE, /503/);
  await ann.joins('lobby');
  await ann.publishes('remember me');
  await reads(ann, 'lobby', 'remember me');
  await ann.choosesFromTopicMenu('Settings');
  await ann.page.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
  await server.kill();
  await ann.opens('garden');
  await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  await expect(ann.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(ann.page.locator('html')).toHaveCSS('background-color', 'rgb(23, 24, 28)');
  await expect(ann.page.locator('.card')).toHaveCSS('display', 'grid');
  await ann.page.getByRole('link', { name: '# lobby' }).click();
  await ann.isOffline();
  await ann.seesAll(['remember me']);
  // The directory is not cached, so its address leads to the newest cached page, under that page's address.
  for (const path of ['/', '/t/lobby/1']) {
    await ann.page.goto(path);
    await ann.seesAll(['remember me']);
    await expect(ann.page).toHaveURL(/\/t\/lobby$/);
  }
});

test('the directory that was read is shown offline under its own address', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await ann.publishes('remember me');
  await reads(ann, 'lobby', 'remember me');
  await ann.page.goto('/');
  await expect.poll(() => cachedPages(ann.page)).toContain('/');
  await server.kill();
  await ann.page.goto('/');
  await expect(ann.page.getByRole('searchbox', { name: 'Find topics' })).toBeVisible();
  await expect(ann.log).toHaveCount(0);
  await expect(ann.page).toHaveURL(/:\d+\/$/);
});

test('a topic opened without a page load is cached too', async ({ ann }) => {
  await ann.joins('lobby');
  await expect.poll(() => cachedPages(ann.page)).toEqual(['/t/lobby']);
  await ann.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = '/t/garden';
    document.body.append(link);
    link.click();
  });
  await expect(ann.page.getByRole('heading', { name: 'garden' })).toBeVisible();
  await expect.poll(() => cachedPages(ann.page)).toEqual(['/t/lobby', '/t/garden']);
});

test('a reader who lost access keeps no cached pages', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE, /401/, /503/);
  await ann.joins('lobby');
  await expect.poll(() => cachedPages(ann.page)).toEqual(['/t/lobby']);
  await server.stop();
  await server.restart({ 'access-secret': 'sesame sesame' });
  // A server that takes longer than three seconds is taken for one that does not answer.
  await expect(async () => {
    await ann.page.goto('/t/lobby');
    await expect(ann.page.getByRole('heading', { name: 'This chat is private' })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect.poll(() => cachedPages(ann.page)).toEqual([]);
  // It has loaded everything: aborted requests would be recorded as errors.
  await expect(ann.page.locator('html')).toHaveAttribute('data-live');
  await server.kill();
  await ann.opens('lobby');
  await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
});

test('a cached page of an earlier session does not publish in its name', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.publishes('hello');
  await reads(ann, 'lobby', 'hello');
  await ann.page.context().setOffline(true);
  await ann.page.reload();
  await ann.isLive();
  await ann.isOffline();
  await ann.publishes('not as somebody else');
  await ann.seesWaiting('not as somebody else');
  await ann.losesSession();
  await ann.page.context().setOffline(false);
  await ann.isConnected();
  await expect(ann.pending('not as somebody else')).toContainText('Not sent on an earlier visit');
  await bob.publishes('the end');
  await bob.seesAll(['hello', 'the end']);
});

test('the last fifty pages are cached', async ({ ann }) => {
  await ann.joins('lobby');
  await expect.poll(() => cachedPages(ann.page)).toEqual(['/t/lobby']);
  for (let n = 0; n < 50; n += 1) await cachesPage(ann.page, `/t/old-${n}`, '<h1>An old page</h1>');
  await ann.joins('garden');
  const kept = [...Array.from({ length: 49 }, (_, n) => `/t/old-${n + 1}`), '/t/garden'];
  await expect.poll(() => cachedPages(ann.page)).toEqual(kept);
});

test('files of an older build are cached as long as its pages', async ({ ann }) => {
  const older = '/pkg/chorus.older.css';
  await ann.joins('lobby');
  await expect.poll(() => cachedPages(ann.page)).toEqual(['/t/lobby']);
  const files = await cachedFiles(ann.page);
  expect(files.length).toBeGreaterThan(1);
  await cachesFile(ann.page, older);
  await cachesPage(ann.page, '/t/attic', `<link rel="stylesheet" href="${older}">`);
  // Simulates another build of the server, whose page names files that are not cached.
  const anotherBuild = async (topic: string) => {
    await uncaches(ann.page, [files[0]]);
    await ann.joins(topic);
    await expect.poll(() => cachedPages(ann.page)).toContain(`/t/${topic}`);
    await expect.poll(async () => (await cachedFiles(ann.page)).includes(files[0])).toBe(true);
  };
  await anotherBuild('garden');
  expect(await cachedFiles(ann.page)).toContain(older);
  await uncaches(ann.page, ['/t/attic']);
  await anotherBuild('kitchen');
  await expect.poll(async () => (await cachedFiles(ann.page)).toSorted()).toEqual(files.toSorted());
});

test('a server that does not answer does not delay a cached page', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await ann.publishes('for the tunnel');
  await reads(ann, 'lobby', 'for the tunnel');
  await server.freezes();
  const asked = Date.now();
  await ann.page.reload({ waitUntil: 'commit' });
  await ann.seesAll(['for the tunnel']);
  expect(Date.now() - asked, 'it was given its time').toBeGreaterThan(2_900);
});

for (const status of [502, 503, 504, 522]) {
  test(`a proxy that says ${status} instead of the server falls back to the cache`, async ({
    server,
    ann,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...SERVER_GONE, new RegExp(`status of (${status}|503)`));
    await ann.joins('lobby');
    await ann.publishes('remember me');
    await reads(ann, 'lobby', 'remember me');
    await server.kill();
    const proxy = await ReverseProxy.withoutServer(server.url, status);
    await ann.page.reload();
    await ann.isLive();
    await ann.isOffline();
    await ann.seesAll(['remember me']);
    await ann.opens('garden');
    await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
    await proxy.close();
    await server.restart();
    await ann.joins('lobby');
    await ann.seesAll(['remember me']);
  });
}

test('a rewritten page hydrates offline too', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE, RENDERED_AGAIN, HYDRATION_FAILED);
  await ann.joins('lobby');
  await ann.publishes('remember me');
  await reads(ann, 'lobby', 'remember me');
  for (const rewrite of [withBanner, withReplacedNode]) {
    await cachesPage(ann.page, '/t/lobby', rewrite(await cachedMarkup(ann.page, '/t/lobby')));
    await server.kill();
    await ann.page.reload();
    await ann.isLive();
    await ann.isOffline();
    await ann.seesAll(['remember me']);
    await server.restart();
    await ann.joins('lobby');
    await expect.poll(() => cachedMarkup(ann.page, '/t/lobby')).not.toMatch(/class="banner"|<i><\/i>/);
    await reads(ann, 'lobby', 'remember me');
  }
});
