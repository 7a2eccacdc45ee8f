import { looksAway } from '../support/attention';
import { forgets, keepsFile, keepsInstead, keptFiles, keptMarkup, keptPages } from '../support/copies';
import { keptBodies } from '../support/drafts';
import { Outgoing } from '../support/outgoing';
import type { Person } from '../support/person';
import { expect, test as base } from '../support/stage';
import { Proxy } from '../support/proxy';
import { NOT_TAKEN_OVER, withABanner, withOneExchanged } from '../support/rewriting';
import { DRAWN_ANEW, NETWORK_GONE, SERVER_GONE } from '../support/witness';

/** Ann's browser has a service worker. */
const test = base.extend<{ ann: Person }>({
  ann: async ({ newcomer }, use) => {
    await use(await newcomer({ serviceWorkers: 'allow' }));
  },
});

/** Reads a topic until its page is kept with this in it. */
async function reads(person: Person, topic: string, text: string): Promise<void> {
  await person.sees(text);
  await looksAway(person.page);
  await expect.poll(() => keptMarkup(person.page, `/t/${topic}`)).toContain(text);
}

test('what was read is read again offline, and what is written there arrives once', async ({ ann, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  const outgoing = new Outgoing();
  outgoing.watches(ann.page);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.says('for the train');
  await reads(ann, 'lobby', 'for the train');
  await ann.page.context().setOffline(true);
  await bob.says('said meanwhile');
  await bob.sees('said meanwhile');
  await ann.page.reload();
  await ann.isLive();
  await ann.isCutOff();
  await ann.seesAll(['for the train']);
  await ann.says('from the tunnel');
  await ann.seesWaiting('from the tunnel');
  await expect.poll(() => keptBodies(ann.page)).toEqual(['from the tunnel']);
  await ann.page.reload();
  await ann.seesWaiting('from the tunnel');
  await ann.page.context().setOffline(false);
  await ann.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['for the train', 'said meanwhile', 'from the tunnel']);
  expect(outgoing.bodies()).toEqual(['from the tunnel']);
});

test('a copy is not shown while the server answers', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await bob.says('the real one');
  await ann.joins('lobby');
  await reads(ann, 'lobby', 'the real one');
  await keepsInstead(ann.page, '/t/lobby', '<h1>A copy</h1>');
  await ann.joins('lobby');
  await ann.seesAll(['the real one']);
});

test('what was never read says so, and leads to what was', async ({ server, ann, witness }) => {
  witness.tolerates(...SERVER_GONE, /503/);
  await ann.joins('lobby');
  await ann.says('remember me');
  await reads(ann, 'lobby', 'remember me');
  await server.kill();
  await ann.opens('garden');
  await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
  await expect(ann.page.locator('.card')).toHaveCSS('display', 'grid');
  await ann.page.getByRole('link', { name: '# lobby' }).click();
  await ann.isCutOff();
  await ann.seesAll(['remember me']);
  await ann.page.goto('/');
  await ann.seesAll(['remember me']);
  await ann.page.goto('/t/lobby/1');
  await ann.seesAll(['remember me']);
});

test('a topic that one went to without a new page is kept too', async ({ ann }) => {
  await ann.joins('lobby');
  await expect.poll(() => keptPages(ann.page)).toEqual(['/t/lobby']);
  await ann.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = '/t/garden';
    document.body.append(link);
    link.click();
  });
  await expect(ann.page.getByRole('heading', { name: 'garden' })).toBeVisible();
  await expect.poll(() => keptPages(ann.page)).toEqual(['/t/lobby', '/t/garden']);
});

test('whoever is kept out keeps nothing', async ({ server, ann, witness }) => {
  witness.tolerates(...SERVER_GONE, /401/, /503/);
  await ann.joins('lobby');
  await expect.poll(() => keptPages(ann.page)).toEqual(['/t/lobby']);
  await server.stop();
  await server.restart({ 'access-secret': 'sesame sesame' });
  await ann.page.goto('/t/lobby');
  await expect(ann.page.getByRole('heading', { name: 'This chat has a door' })).toBeVisible();
  await expect.poll(() => keptPages(ann.page)).toEqual([]);
  // It has loaded all that it needs: what is cut short would be a complaint.
  await expect(ann.page.locator('html')).toHaveAttribute('data-live');
  await server.kill();
  await ann.opens('lobby');
  await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
});

test('a copy of an earlier session says nothing in its name', async ({ ann, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.says('hello');
  await reads(ann, 'lobby', 'hello');
  await ann.page.context().setOffline(true);
  await ann.page.reload();
  await ann.isCutOff();
  await ann.says('not as somebody else');
  await ann.seesWaiting('not as somebody else');
  await ann.page.context().clearCookies();
  await ann.page.context().setOffline(false);
  await ann.isConnected();
  await expect(ann.pending('not as somebody else')).toContainText('Left from an earlier session');
  await bob.says('the end');
  await bob.seesAll(['hello', 'the end']);
});

test('the fifty pages that were read last are kept', async ({ ann }) => {
  await ann.joins('lobby');
  await expect.poll(() => keptPages(ann.page)).toEqual(['/t/lobby']);
  for (let n = 0; n < 50; n += 1) await keepsInstead(ann.page, `/t/old-${n}`, '<h1>An old page</h1>');
  await ann.joins('garden');
  const kept = [...Array.from({ length: 49 }, (_, n) => `/t/old-${n + 1}`), '/t/garden'];
  await expect.poll(() => keptPages(ann.page)).toEqual(kept);
});

test('the files of an older build are kept for its pages, and no longer', async ({ ann }) => {
  const older = '/pkg/chorus.older.css';
  await ann.joins('lobby');
  await expect.poll(() => keptPages(ann.page)).toEqual(['/t/lobby']);
  const files = await keptFiles(ann.page);
  expect(files.length).toBeGreaterThan(1);
  await keepsFile(ann.page, older);
  await keepsInstead(ann.page, '/t/attic', `<link rel="stylesheet" href="${older}">`);
  // As if the server had another build now: its page names files that are not kept.
  const anotherBuild = async (topic: string) => {
    await forgets(ann.page, [files[0]]);
    await ann.joins(topic);
    await expect.poll(() => keptPages(ann.page)).toContain(`/t/${topic}`);
    await expect.poll(async () => (await keptFiles(ann.page)).includes(files[0])).toBe(true);
  };
  await anotherBuild('garden');
  expect(await keptFiles(ann.page)).toContain(older);
  await forgets(ann.page, ['/t/attic']);
  await anotherBuild('kitchen');
  await expect.poll(async () => (await keptFiles(ann.page)).toSorted()).toEqual(files.toSorted());
});

test('a server that does not answer does not keep one waiting', async ({ server, ann, witness }) => {
  witness.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await ann.says('for the tunnel');
  await reads(ann, 'lobby', 'for the tunnel');
  server.freezes();
  const asked = Date.now();
  await ann.page.reload({ waitUntil: 'commit' });
  await ann.seesAll(['for the tunnel']);
  expect(Date.now() - asked, 'it was given its time').toBeGreaterThan(2_900);
});

for (const status of [502, 503, 504, 522]) {
  test(`a proxy that says ${status} in the server's place is no answer`, async ({ server, ann, witness }) => {
    witness.tolerates(...SERVER_GONE, new RegExp(`status of (${status}|503)`));
    await ann.joins('lobby');
    await ann.says('remember me');
    await reads(ann, 'lobby', 'remember me');
    await server.kill();
    const proxy = await Proxy.withoutServer(server.url, status);
    await ann.page.reload();
    await ann.isLive();
    await ann.isCutOff();
    await ann.seesAll(['remember me']);
    await ann.opens('garden');
    await expect(ann.page.getByRole('heading', { name: 'You are offline' })).toBeVisible();
    await proxy.close();
    await server.restart();
    await ann.joins('lobby');
    await ann.seesAll(['remember me']);
  });
}

test('a page that was rewritten comes alive offline too', async ({ server, ann, witness }) => {
  witness.tolerates(...SERVER_GONE, DRAWN_ANEW, NOT_TAKEN_OVER);
  await ann.joins('lobby');
  await ann.says('remember me');
  await reads(ann, 'lobby', 'remember me');
  for (const rewrite of [withABanner, withOneExchanged]) {
    await keepsInstead(ann.page, '/t/lobby', rewrite(await keptMarkup(ann.page, '/t/lobby')));
    await server.kill();
    await ann.page.reload();
    await ann.isLive();
    await ann.isCutOff();
    await ann.seesAll(['remember me']);
    await server.restart();
    await ann.joins('lobby');
    await reads(ann, 'lobby', 'remember me');
  }
});
