import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';
import type { Server } from '../support/server';
import { hidesPage, showsPage } from '../support/visibility';

const SIZES = { desktop: { width: 1280, height: 720 }, phone: { width: 390, height: 844 } };

const bar = (person: Person) => person.page.getByRole('group', { name: 'Unread messages above' });
const freshDivider = (person: Person) => person.log.getByText('New since you were last here');

/** Returns the unread counts of a topic that the server sends to another page of this person. */
async function unread(person: Person, server: Server, topic: string): Promise<{ unread: number; mentions: number }> {
  return person.page.evaluate(
    ([topic, url]) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/chat`, 'chorus.v1');
        socket.onerror = reject;
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data as string);
          if (frame.type !== 'welcome') return;
          const { messages, seen, mentions } = frame.topics.find((it: { topic: string }) => it.topic === topic);
          socket.close();
          resolve({ unread: messages - seen, mentions });
        };
        socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', version: 1 }));
      }),
    [topic, server.url] as const,
  );
}

/** Publishes a message, and waits until the server says that the person follows the topic. */
async function follows(person: Person, text: string): Promise<void> {
  await person.publishes(text);
  await person.sees(text);
  await person.isFollowing('Following');
}

/** Ann follows the lobby and leaves; then 61 messages arrive, of which the given one mentions her. */
async function missesMany(ann: Person, server: Server, mention: number): Promise<void> {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await follows(ann, 'I am here');
  await ann.joins('rust');
  const texts = notes(61).map((text, index) => (index + 1 === mention ? `${text} @Ann` : text));
  await postsForms(server, 'lobby', texts);
}

/** Expects the first unread message to be the first in view, below the divider. */
async function isAtFirstUnread(person: Person): Promise<void> {
  await expect(freshDivider(person)).toBeInViewport();
  await expect(person.message('note 1')).toBeInViewport({ ratio: 1 });
  await expect(person.message('note 61')).not.toBeInViewport();
}

for (const [size, viewport] of Object.entries(SIZES)) {
  test.describe(`at ${size} size`, () => {
    test('a topic opens at the first unread message, and only what is seen is read', async ({ newcomer, server }) => {
      const ann = await newcomer({ viewport });
      await missesMany(ann, server, 40);
      await ann.joins('lobby');
      await isAtFirstUnread(ann);
      await expect.poll(async () => (await unread(ann, server, 'lobby')).unread).toBeLessThan(61);
      const now = await unread(ann, server, 'lobby');
      expect(now.unread).toBeGreaterThan(20);
      expect(now.mentions).toBe(1);
      await isAtFirstUnread(ann);
      await expect(bar(ann)).toHaveCount(0);
    });
  });
}

test('so does switching to it from another topic', async ({ ann, server }) => {
  await missesMany(ann, server, 40);
  await ann.page.reload();
  await ann.isConnected();
  await ann.switchesTo('lobby');
  await isAtFirstUnread(ann);
});

/** Returns the number of the last note that is wholly in view. */
function lastInView(person: Person): Promise<number> {
  return person.scroller.evaluate((log) => {
    const { bottom } = log.getBoundingClientRect();
    const bodies = [...log.querySelectorAll('[role=log] .body')];
    const last = bodies.findLast((body) => body.getBoundingClientRect().bottom <= bottom);
    return Number(last?.textContent?.match(/^note (\d+)/)?.[1] ?? 0);
  });
}

test('reading on to the end reads everything', async ({ newcomer, server }) => {
  const ann = await newcomer({ viewport: { width: 800, height: 1_400 } });
  await missesMany(ann, server, 40);
  await ann.joins('lobby');
  await isAtFirstUnread(ann);
  let last = 0;
  while (last < 61) {
    // Like a reader, it scrolls on only once all messages in view are read.
    await expect(async () => {
      const { unread: left } = await unread(ann, server, 'lobby');
      last = await lastInView(ann);
      expect(left).toBeLessThanOrEqual(61 - last);
    }).toPass();
    await ann.scrollsUp(-1_000);
  }
  expect(await unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
});

test('skipping unread messages shows a bar to go back or mark them as read', async ({ ann, server }) => {
  await missesMany(ann, server, 40);
  await ann.joins('lobby');
  await isAtFirstUnread(ann);
  const newest = ann.page.getByRole('button', { name: 'Jump to newest' });
  await newest.click();
  await expect(newest).toHaveCount(0);
  await expect(ann.message('note 61')).toBeInViewport({ ratio: 1 });
  await expect(bar(ann)).toContainText('unread messages');
  await bar(ann).getByRole('button', { name: 'Jump to first' }).click();
  await expect(freshDivider(ann)).toBeInViewport();
  await expect(bar(ann)).toHaveCount(0);
  await newest.click();
  await bar(ann).getByRole('button', { name: 'Mark as read' }).click();
  await expect(bar(ann)).toHaveCount(0);
  await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
});

test('at the end messages are read as they arrive, but not in a hidden tab', async ({ ann, server }) => {
  await ann.joins('lobby');
  await follows(ann, 'I am here');
  for (let group = 0; group < 5; group += 1) {
    await postsForms(
      server,
      'lobby',
      notes(4).map((text) => `${group}: ${text}`),
    );
    await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
  }
  await hidesPage(ann.page);
  await postsForms(
    server,
    'lobby',
    notes(40).map((text) => `later ${text}`),
  );
  await ann.sees('later note 40');
  await showsPage(ann.page);
  await ann.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(bar(ann)).toContainText('unread messages');
  await bar(ann).getByRole('button', { name: 'Jump to first' }).click();
  await expect(ann.message('later note 1')).toBeInViewport({ ratio: 1 });
});

/** Waits until no history is loading and the log does not move. Returns its scroll position. */
async function restingPlace(person: Person): Promise<number> {
  // Coming to rest near a gap loads it, which moves the log again.
  await settles(person);
  await expect(person.log).not.toHaveAttribute('aria-busy', 'true');
  return await settles(person);
}

/** Waits until twelve frames in a row have the same scroll position, and returns it. */
function settles(person: Person): Promise<number> {
  return person.scroller.evaluate(
    (log) =>
      new Promise<number>((resolve) => {
        let [before, same] = [-1, 0];
        const look = () => {
          same = log.scrollTop === before ? same + 1 : 0;
          before = log.scrollTop;
          if (same < 12) requestAnimationFrame(look);
          else resolve(before);
        };
        look();
      }),
  );
}

test("a reader's position in the middle of a topic is restored", async ({ ann, server }) => {
  await postsForms(server, 'lobby', notes(40));
  await ann.joins('rust');
  await follows(ann, 'also here');
  await ann.joins('lobby');
  await follows(ann, 'I am here');
  await ann.scrollsUpTo('note 20');
  const place = await restingPlace(ann);
  await ann.switchesTo('rust');
  await postsForms(server, 'lobby', ['meanwhile']);
  await ann.switchesTo('lobby');
  await expect.poll(() => ann.scroller.evaluate((log) => log.scrollTop)).toBe(place);
});

test.describe('messages marked as unread', () => {
  const mark = 'Mark as unread from here';

  test('stay unread in view, also on a new connection, until another one comes', async ({
    server,
    ann,
    bob,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.joins('lobby');
    await follows(ann, 'I am here');
    await postsForms(server, 'lobby', notes(3));
    await ann.sees('note 3');
    await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
    const menu = await ann.opensMenu('note 2');
    await menu.getByRole('menuitem', { name: mark }).click();
    await expect(menu).toHaveCount(0);
    await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 2, mentions: 0 });
    await expect(freshDivider(ann)).toBeVisible();

    // Bob reads a message from its beginning, which takes as long as Ann would need for hers.
    await bob.joins('rust');
    await follows(bob, 'Me too');
    await postsForms(server, 'rust', ['later']);
    await bob.sees('later');
    await expect.poll(() => unread(bob, server, 'rust')).toEqual({ unread: 0, mentions: 0 });
    expect(await unread(ann, server, 'lobby')).toEqual({ unread: 2, mentions: 0 });

    await ann.goesOffline();
    await ann.page.context().setOffline(false);
    await ann.isConnected();
    await postsForms(server, 'rust', ['later still']);
    await bob.sees('later still');
    await expect.poll(() => unread(bob, server, 'rust')).toEqual({ unread: 0, mentions: 0 });
    expect(await unread(ann, server, 'lobby')).toEqual({ unread: 2, mentions: 0 });

    await postsForms(server, 'lobby', ['note 4']);
    await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
  });

  test('are unread in other tabs, and read once the topic is opened again', async ({ server, ann }) => {
    await ann.joins('lobby');
    await follows(ann, 'I am here');
    await postsForms(server, 'lobby', notes(3));
    await ann.sees('note 3');
    await expect.poll(() => unread(ann, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
    const tab = await ann.opensTab();
    await tab.joins('rust');
    const menu = await ann.opensMenu('note 3');
    await menu.getByRole('menuitem', { name: mark }).click();
    await expect(tab.topic('lobby')).toContainText('1 unread message');
    await tab.page.bringToFront();
    await tab.switchesTo('lobby');
    await expect.poll(() => unread(tab, server, 'lobby')).toEqual({ unread: 0, mentions: 0 });
    await expect(tab.topic('lobby')).not.toContainText('unread');
    await expect(ann.topic('lobby')).not.toContainText('unread');
  });

  test('are not offered for own messages, or in a topic that one does not follow', async ({ server, ann }) => {
    await postsForms(server, 'lobby', notes(1));
    await ann.joins('lobby');
    const menu = await ann.opensMenu('note 1');
    await expect(menu.getByRole('menuitem', { name: 'Reply' })).toBeVisible();
    await expect(menu.getByRole('menuitem', { name: mark })).toHaveCount(0);
    await ann.page.keyboard.press('Escape');
    await follows(ann, 'mine');
    const own = await ann.opensMenu('mine');
    await expect(own.getByRole('menuitem', { name: 'Edit' })).toBeVisible();
    await expect(own.getByRole('menuitem', { name: mark })).toHaveCount(0);
    await ann.page.keyboard.press('Escape');
    await expect((await ann.opensMenu('note 1')).getByRole('menuitem', { name: mark })).toBeVisible();
  });
});

for (const way of ['by the button', 'by Shift+Escape']) {
  test(`all topics are marked as read at once, ${way}`, async ({ server, ann }) => {
    for (const topic of ['lobby', 'rust']) {
      await ann.joins(topic);
      await follows(ann, `I am in ${topic}`);
    }
    await ann.joins('garden');
    const all = ann.topics.getByRole('button', { name: 'Mark all as read' });
    await expect(all).toBeDisabled();
    for (const topic of ['lobby', 'rust']) {
      await postsForms(server, topic, notes(2));
      await expect(ann.topic(topic)).toContainText('2 unread messages');
    }
    if (way === 'by the button') await all.click();
    else await ann.messageField.press('Shift+Escape');
    for (const topic of ['lobby', 'rust']) {
      await expect(ann.topic(topic)).not.toContainText('unread');
      await expect.poll(() => unread(ann, server, topic)).toEqual({ unread: 0, mentions: 0 });
    }
    await expect(all).toBeDisabled();
  });
}
