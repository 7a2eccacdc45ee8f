import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { locksDrafts, storedDrafts } from '../support/drafts';
import { test as base, expect } from '../support/fixtures';
import { Outgoing } from '../support/outgoing';
import type { Person } from '../support/person';

type Tabs = { other: Person; outgoing: Outgoing };

/** Ann has two tabs, whose sent frames are recorded. */
const test = base.extend<Tabs>({
  outgoing: async ({ ann }, use) => {
    const outgoing = new Outgoing();
    outgoing.watches(ann.page);
    await use(outgoing);
  },

  other: async ({ ann, bob, outgoing }, use) => {
    const other = await ann.opensTab();
    outgoing.watches(other.page);
    for (const person of [ann, other, bob]) await person.joins('lobby');
    await use(other);
  },
});

const offline = (person: Person, off: boolean) => person.page.context().setOffline(off);

test('a pending message shows in both tabs and is sent once', async ({ ann, other, bob, outgoing, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  for (const text of ['one', 'two', 'three']) await ann.publishes(text);
  for (const text of ['one', 'two', 'three']) await other.seesWaiting(text);
  await other.publishes('four');
  await ann.seesWaiting('four');
  await offline(ann, false);
  const all = ['one', 'two', 'three', 'four'];
  for (const person of [ann, other, bob]) {
    await person.isConnected();
    await person.seesAll(all);
  }
  for (const tab of [ann, other]) await expect(tab.page.getByText('Will be sent automatically')).toHaveCount(0);
  await expect.poll(() => outgoing.bodies()).toEqual(all);
  await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
});

test('a closed tab leaves its pending messages to the other', async ({ ann, other, bob, outgoing, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  for (const text of ['one', 'two', 'three']) await ann.publishes(text);
  await other.seesWaiting('three');
  await ann.page.close();
  await offline(other, false);
  await other.isConnected();
  for (const person of [other, bob]) await person.seesAll(['one', 'two', 'three']);
  await expect.poll(() => outgoing.bodies()).toEqual(['one', 'two', 'three']);
});

test('a tab that ends right after Enter leaves its message to another that is open', async ({
  ann,
  other,
  bob,
  outgoing,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  const third = await ann.page.context().newPage();
  await third.goto('/healthz');
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  // The browser's database is blocked until the tab is closed.
  const letGo = await locksDrafts(third);
  await ann.publishes('last words');
  await expect(ann.messageField).toHaveValue('');
  await ann.page.close();
  await letGo();
  await other.seesWaiting('last words');
  await offline(other, false);
  await other.isConnected();
  for (const person of [other, bob]) await person.seesAll(['last words']);
  await expect.poll(() => outgoing.bodies()).toEqual(['last words']);
});

test('pending messages of two tabs survive a restart of the server', async ({
  server,
  ann,
  other,
  bob,
  outgoing,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.publishes('before');
  await other.sees('before');
  await server.kill();
  for (const person of [ann, other, bob]) await person.isOffline();
  await ann.publishes('here');
  await other.seesWaiting('here');
  await other.publishes('there');
  await ann.seesWaiting('there');
  await server.restart();
  for (const person of [ann, other, bob]) {
    await person.isConnected();
    await person.seesAll(['before', 'here', 'there']);
  }
  await expect.poll(() => outgoing.bodies()).toEqual(['before', 'here', 'there']);
});

test('two tabs that publish in turn send everything once', async ({ ann, other, bob, outgoing }) => {
  const all: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    const [tab, name] = n % 2 ? [other, 'other'] : [ann, 'ann'];
    all.push(`${name} ${n}`);
    await tab.publishes(`${name} ${n}`);
  }
  await expect.poll(async () => (await bob.bodyTexts()).toSorted()).toEqual(all.toSorted());
  const order = await bob.bodyTexts();
  for (const tab of [ann, other]) await tab.seesAll(order);
  for (const name of ['ann', 'other']) {
    const own = (texts: string[]) => texts.filter((text) => text.startsWith(name));
    expect(own(order)).toEqual(own(all));
  }
  await expect.poll(() => outgoing.bodies().toSorted()).toEqual(all.toSorted());
});

test('a message has the name of the tab that wrote it', async ({ ann, other, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  await ann.isNamed('Ann');
  await ann.publishes('as Ann');
  await other.seesWaiting('as Ann');
  await other.isNamed('Anne');
  await other.publishes('as Anne');
  await ann.seesWaiting('as Anne');
  await other.page.close();
  await offline(ann, false);
  await ann.isConnected();
  await bob.seesAll(['as Ann', 'as Anne']);
  await expect(bob.message('as Ann').locator('.author')).toHaveText('Ann');
  await expect(bob.message('as Anne').locator('.author')).toHaveText('Anne');
});

test('a name set in one tab is the name in the other', async ({ ann, other, bob }) => {
  await ann.isNamed('Ann');
  await expect(other.nameButton).toHaveAccessibleName('Your name: Ann');
  await expect(other.topics.getByRole('button', { name: 'Ann' })).toBeVisible();
  await other.publishes('from the other tab');
  await bob.sees('from the other tab');
  await expect(bob.message('from the other tab').locator('.author')).toHaveText('Ann');
  await other.page.bringToFront();
  await other.nameButton.click();
  await expect(other.nameField).toHaveValue('Ann');
  // A name that is being typed stays.
  await other.nameField.fill('Anna');
  await ann.page.bringToFront();
  await ann.isNamed('Anne');
  await expect(other.nameButton).toHaveAccessibleName('Your name: Anne');
  await expect(other.nameField).toHaveValue('Anna');
});

test('a message discarded in one tab is gone from the other', async ({ ann, other, bob, outgoing, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  // The buttons of a pending message are in a part that an offline page cannot load.
  await other.hasAllParts();
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  for (const text of ['edited', 'discarded', 'left']) await ann.publishes(text);
  await other.presses('Delete', 'discarded');
  await other.presses('Edit', 'edited');
  await expect(other.messageField).toHaveValue('edited');
  await ann.seesWaiting('left');
  for (const text of ['edited', 'discarded']) await ann.seesNot(text);
  await offline(ann, false);
  for (const tab of [ann, other]) await tab.isConnected();
  for (const person of [ann, other, bob]) await person.seesAll(['left']);
  await other.publishes('edited well');
  for (const person of [ann, other, bob]) await person.seesAll(['left', 'edited well']);
  await expect.poll(() => outgoing.bodies()).toEqual(['left', 'edited well']);
});

test('a frozen tab that holds the lock does not block others for long', async ({ ann, other, bob }) => {
  await other.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const holds = () => {
          resolve();
          return new Promise(() => {});
        };
        void navigator.locks.request('chorus.outbox', holds);
      }),
  );
  await ann.publishes('I will not wait');
  await ann.seesWaiting('I will not wait');
  await expect(bob.message('I will not wait')).toHaveCount(1);
  for (const person of [ann, other]) await person.seesAll(['I will not wait']);
});

test('without Web Locks, as over plain HTTP, everything is sent once', async ({ newcomer, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  const ann = await newcomer();
  await ann.page.context().addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  const other = await ann.opensTab();
  for (const person of [ann, other, bob]) await person.joins('lobby');
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isOffline();
  for (const text of ['one', 'two', 'three']) await ann.publishes(text);
  await other.seesWaiting('three');
  await offline(ann, false);
  for (const tab of [ann, other]) await tab.isConnected();
  for (const person of [ann, other, bob]) await person.seesAll(['one', 'two', 'three']);
});

test.describe('a server limited to five frames per second', () => {
  test.use({ settings: { 'frames-per-second': 5, 'frame-burst': 5 } });

  test('a tab closed while sending leaves the rest to the other', async ({ ann, other, bob }) => {
    // The ninth message never reaches the server, so that the result does not depend on the machine's speed.
    await ann.page.routeWebSocket('**/chat', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        if (!frame.includes('"hurry 8"')) server.send(frame);
      });
    });
    await ann.joins('lobby');
    const all = Array.from({ length: 14 }, (_, index) => `hurry ${index}`);
    for (const text of all.slice(0, -1)) await ann.publishes(text);
    await bob.sees('hurry 7');
    await ann.publishes('hurry 13');
    await expect(ann.messageField).toHaveValue('');
    await ann.page.close();
    for (const person of [other, bob]) await person.seesAll(all);
    await expect(other.page.getByText('Will be sent automatically')).toHaveCount(0);
    await expect.poll(() => storedDrafts(other.page)).toEqual([]);
  });
});
