import { holds, kept } from '../support/drafts';
import { Outgoing } from '../support/outgoing';
import { expect, test as base } from '../support/stage';
import { NETWORK_GONE, SERVER_GONE } from '../support/witness';
import type { Person } from '../support/person';

type Tabs = { other: Person; outgoing: Outgoing };

/** Ann has two tabs, and all that leaves them is taken down. */
const test = base.extend<Tabs>({
  outgoing: async ({ ann }, use) => {
    const outgoing = new Outgoing();
    outgoing.watches(ann.page);
    await use(outgoing);
  },

  other: async ({ ann, bob, outgoing }, use) => {
    const other = await ann.another();
    outgoing.watches(other.page);
    for (const person of [ann, other, bob]) await person.joins('lobby');
    await use(other);
  },
});

const offline = (person: Person, off: boolean) => person.page.context().setOffline(off);

test('what waits stands in both tabs and is sent once', async ({ ann, other, bob, outgoing, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isCutOff();
  for (const text of ['one', 'two', 'three']) await ann.says(text);
  for (const text of ['one', 'two', 'three']) await other.seesWaiting(text);
  await other.says('four');
  await ann.seesWaiting('four');
  await offline(ann, false);
  const all = ['one', 'two', 'three', 'four'];
  for (const person of [ann, other, bob]) {
    await person.isConnected();
    await person.seesAll(all);
  }
  for (const tab of [ann, other]) await expect(tab.page.getByText('Waiting to be sent')).toHaveCount(0);
  expect(outgoing.bodies()).toEqual(all);
  await expect.poll(() => kept(ann.page)).toEqual([]);
});

test('a closed tab leaves what waits to the other', async ({ ann, other, bob, outgoing, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  await ann.isCutOff();
  for (const text of ['one', 'two', 'three']) await ann.says(text);
  await other.seesWaiting('three');
  await ann.page.close();
  await offline(other, false);
  for (const person of [other, bob]) await person.seesAll(['one', 'two', 'three']);
  expect(outgoing.bodies()).toEqual(['one', 'two', 'three']);
});

test('a tab that ends right after Enter leaves its message to another that is open', async ({
  ann,
  other,
  bob,
  outgoing,
  witness,
}) => {
  witness.tolerates(...NETWORK_GONE);
  const third = await ann.page.context().newPage();
  await third.goto('/healthz');
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isCutOff();
  // The browser's database takes nothing before the tab has ended.
  const letGo = await holds(third);
  await ann.says('last words');
  await expect(ann.messageField).toHaveValue('');
  await ann.page.close();
  await letGo();
  await other.seesWaiting('last words');
  await offline(other, false);
  for (const person of [other, bob]) await person.seesAll(['last words']);
  expect(outgoing.bodies()).toEqual(['last words']);
});

test('messages outlive a restart of the server between two tabs', async ({
  server,
  ann,
  other,
  bob,
  outgoing,
  witness,
}) => {
  witness.tolerates(...SERVER_GONE);
  await ann.says('before');
  await other.sees('before');
  await server.kill();
  for (const tab of [ann, other]) await tab.isCutOff();
  await ann.says('here');
  await other.seesWaiting('here');
  await other.says('there');
  await ann.seesWaiting('there');
  await server.restart();
  for (const person of [ann, other, bob]) {
    await person.isConnected();
    await person.seesAll(['before', 'here', 'there']);
  }
  expect(outgoing.bodies()).toEqual(['before', 'here', 'there']);
});

test('two tabs that write by turns say everything once', async ({ ann, other, bob, outgoing }) => {
  const all: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    const [tab, name] = n % 2 ? [other, 'other'] : [ann, 'ann'];
    all.push(`${name} ${n}`);
    await tab.says(`${name} ${n}`);
  }
  await expect.poll(async () => (await bob.reads()).toSorted()).toEqual(all.toSorted());
  const order = await bob.reads();
  for (const tab of [ann, other]) await tab.seesAll(order);
  for (const name of ['ann', 'other']) {
    const own = (texts: string[]) => texts.filter((text) => text.startsWith(name));
    expect(own(order)).toEqual(own(all));
  }
  expect(outgoing.bodies().toSorted()).toEqual(all.toSorted());
});

test('a message is said under the name of the tab that wrote it', async ({ ann, other, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isCutOff();
  await ann.isNamed('Ann');
  await ann.says('as Ann');
  await other.isNamed('Anne');
  await other.says('as Anne');
  await ann.seesWaiting('as Anne');
  await other.page.close();
  await offline(ann, false);
  await bob.seesAll(['as Ann', 'as Anne']);
  await expect(bob.message('as Ann').locator('.author')).toHaveText('Ann');
  await expect(bob.message('as Anne').locator('.author')).toHaveText('Anne');
});

test('what one tab takes back is gone from the other', async ({ ann, other, bob, outgoing, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isCutOff();
  for (const text of ['edited', 'discarded', 'left']) await ann.says(text);
  await other.presses('Discard', 'discarded');
  await other.presses('Edit', 'edited');
  await expect(other.messageField).toHaveValue('edited');
  for (const text of ['edited', 'discarded']) await ann.seesNot(text);
  await offline(ann, false);
  for (const person of [ann, other, bob]) await person.seesAll(['left']);
  await other.says('edited well');
  for (const person of [ann, other, bob]) await person.seesAll(['left', 'edited well']);
  expect(outgoing.bodies()).toEqual(['left', 'edited well']);
});

test('a tab that sleeps on the lock holds nobody up for long', async ({ ann, other, bob }) => {
  await other.page.evaluate(() => {
    void navigator.locks.request('chorus.outbox', () => new Promise(() => {}));
  });
  await ann.says('I will not wait');
  await ann.seesWaiting('I will not wait');
  await expect(bob.message('I will not wait')).toHaveCount(1, { timeout: 8_000 });
  for (const person of [ann, other]) await person.seesAll(['I will not wait']);
});

test('where browsers have no locks, as over plain HTTP, all is said once', async ({ newcomer, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  const ann = await newcomer();
  await ann.page.context().addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  const other = await ann.another();
  for (const person of [ann, other, bob]) await person.joins('lobby');
  await offline(ann, true);
  for (const tab of [ann, other]) await tab.isCutOff();
  for (const text of ['one', 'two', 'three']) await ann.says(text);
  await other.seesWaiting('three');
  await offline(ann, false);
  for (const person of [ann, other, bob]) await person.seesAll(['one', 'two', 'three']);
});

test.describe('a server that takes five frames a second', () => {
  test.use({ settings: { 'frames-per-second': 5, 'frame-burst': 5 } });

  test('a tab closed amid sending leaves the rest to the other', async ({ ann, other, bob }) => {
    // How far a tab gets must not depend on how fast the machine is: the server never hears its ninth message.
    await ann.page.routeWebSocket('**/chat', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        if (!frame.includes('"hurry 8"')) server.send(frame);
      });
    });
    await ann.joins('lobby');
    const all = Array.from({ length: 14 }, (_, index) => `hurry ${index}`);
    for (const text of all.slice(0, -1)) await ann.says(text);
    await bob.sees('hurry 7');
    await ann.says('hurry 13');
    await ann.page.close();
    for (const person of [other, bob]) await person.seesAll(all);
    await expect(other.page.getByText('Waiting to be sent')).toHaveCount(0);
    await expect.poll(() => kept(other.page)).toEqual([]);
  });
});
