import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { locksDrafts, storedDrafts } from '../support/drafts';
import { expect, test } from '../support/fixtures';
import { postsForms } from '../support/history';
import { Outgoing } from '../support/outgoing';
import type { Person } from '../support/person';

const offline = (person: Person, off: boolean) => person.page.context().setOffline(off);

test.beforeEach(async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.isNamed('Ann');
  await bob.isNamed('Bob');
  await ann.publishes('Helo');
  for (const person of [ann, bob]) await person.sees('Helo');
});

test.describe('editing', () => {
  test('arrow up in the empty composer edits the last own message, and all see it', async ({ ann, bob }) => {
    await bob.publishes('Mine is newer');
    await ann.sees('Mine is newer');
    await ann.messageField.press('ArrowUp');
    await expect(ann.editField).toBeFocused();
    await expect(ann.editField).toHaveValue('Helo');
    await ann.page.keyboard.type(', Bob');
    await ann.page.keyboard.press('Enter');
    await expect(ann.messageField).toBeFocused();
    for (const person of [ann, bob]) {
      await person.seesAll(['Helo, Bob', 'Mine is newer']);
      await expect(person.message('Helo, Bob').getByText('edited', { exact: true })).toBeVisible();
      await expect(person.message('Mine is newer').getByText('edited')).toHaveCount(0);
    }
    await bob.page.reload();
    await bob.seesAll(['Helo, Bob', 'Mine is newer']);
    await expect(bob.message('Helo, Bob').getByText('edited', { exact: true })).toBeVisible();
  });

  test('arrow up keeps unsent text, and does nothing without an own message', async ({ ann, bob }) => {
    await ann.messageField.fill('half');
    await ann.messageField.press('ArrowUp');
    await bob.messageField.press('ArrowUp');
    await expect(bob.messageField).toBeFocused();
    // If the key had opened an edit form, it would be there before the message.
    await ann.messageField.press('Enter');
    for (const person of [ann, bob]) {
      await person.sees('half');
      await expect(person.editField).toHaveCount(0);
    }
  });

  test('the menu works by keyboard', async ({ ann, bob }) => {
    const keys = ann.page.keyboard;
    await ann.scroller.focus();
    await keys.press('ArrowUp');
    await expect(ann.message('Helo')).toBeFocused();
    await expect(ann.message('Helo').locator('.quick')).toBeVisible();
    for (let stop = 0; stop < 5; stop += 1) await keys.press('ArrowRight');
    const button = ann.menuButton(ann.message('Helo'));
    await expect(button).toBeFocused();
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await keys.press('Enter');
    await expect(ann.menu(ann.message('Helo'))).toBeVisible();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await keys.press('Escape');
    await expect(ann.menu(ann.message('Helo'))).toHaveCount(0);
    await expect(button).toBeFocused();
    await keys.press('Space');
    const edit = ann.menu(ann.message('Helo')).getByRole('menuitem', { name: 'Edit' });
    // The focus is on the first item; the arrows wrap around.
    await expect(ann.menu(ann.message('Helo')).getByRole('button').first()).toBeFocused();
    await keys.press('ArrowUp');
    await keys.press('ArrowUp');
    await expect(edit).toBeFocused();
    await keys.press('Enter');
    await expect(ann.editField).toBeFocused();
    await keys.press('ControlOrMeta+A');
    await keys.type('By keys');
    await keys.press('Shift+Enter');
    await keys.type('alone');
    await keys.press('Enter');
    await bob.seesAll(['By keys\nalone']);
    await expect(ann.messageField).toBeFocused();
  });

  test('Escape and Cancel change nothing, and focus the composer', async ({ ann, bob }) => {
    const outgoing = new Outgoing();
    outgoing.watches(ann.page);
    await ann.page.reload();
    await ann.isConnected();
    for (const leaves of [
      () => ann.editField.press('Escape'),
      () => ann.messageAt(1).getByRole('button', { name: 'Cancel' }).click(),
    ]) {
      await ann.beginsToEdit('Helo');
      await ann.editField.fill('Forget it');
      await leaves();
      await expect(ann.editField).toHaveCount(0);
      await expect(ann.messageField).toBeFocused();
      await ann.seesAll(['Helo']);
    }
    await ann.publishes('Nothing happened');
    await bob.seesAll(['Helo', 'Nothing happened']);
    expect(outgoing.changes()).toEqual([]);
  });

  test('a blank edit and one that is too long show an error in place', async ({ ann, bob }) => {
    await ann.beginsToEdit('Helo');
    await ann.editField.fill('  \n ');
    await ann.editField.press('Enter');
    await expect(ann.messageAt(1).getByRole('alert')).toContainText('Type a message first.');
    await expect(ann.editField).toBeFocused();
    await ann.editField.fill('x'.repeat(20_000));
    await ann.editField.press('Enter');
    await expect(ann.messageAt(1).getByRole('alert')).toHaveText(
      'Too long by 3616 characters. Shorten it and try again.',
    );
    await ann.editField.fill('Hello');
    await ann.editField.press('Enter');
    for (const person of [ann, bob]) await person.seesAll(['Hello']);
    await expect(ann.page.getByRole('alert')).toHaveCount(0);
  });

  test('only own messages can be edited and deleted', async ({ ann, bob }) => {
    const menu = await bob.opensMenu('Helo');
    await expect(menu.getByRole('button', { name: /^React with/ })).toHaveCount(6);
    await expect(menu.getByRole('button')).toHaveText([/./, /./, /./, /./, /./, /./, '+']);
    await expect(menu.getByRole('menuitem')).toHaveText(['Reply', 'Copy link', 'Copy text']);
    const own = await ann.opensMenu('Helo');
    for (const name of ['Edit', 'Delete']) await expect(own.getByRole('menuitem', { name })).toBeVisible();
  });

  test('a message that was edited can be edited again, at once', async ({ ann, bob }) => {
    for (const text of ['Hell', 'Hello', 'Hello!']) {
      await ann.messageField.press('ArrowUp');
      await ann.editField.fill(text);
      await ann.editField.press('Enter');
    }
    for (const person of [ann, bob]) await person.seesAll(['Hello!']);
    await expect(ann.changes(ann.message('Hello!'))).toHaveCount(0);
    await ann.page.reload();
    await ann.seesAll(['Hello!']);
  });
});

test.describe('deleting', () => {
  test('asks for confirmation, and leaves a tombstone without the text', async ({ ann, bob, server }) => {
    await bob.reacts('Helo', '👍');
    await ann.seesReaction('Helo', '👍', 1, 'Bob');
    const menu = await ann.opensMenu('Helo');
    await menu.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(menu.getByRole('menuitem', { name: 'Delete for everyone?' })).toBeFocused();
    await ann.page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
    await ann.sees('Helo');
    const again = await ann.opensMenu('Helo');
    await expect(again.getByRole('menuitem', { name: 'Delete', exact: true })).toBeVisible();
    await expect(again.getByRole('menuitem', { name: 'Delete for everyone?' })).toHaveCount(0);
    await ann.page.keyboard.press('Escape');
    await expect(again).toHaveCount(0);
    await ann.deletes('Helo');
    await expect(ann.messageField).toBeFocused();
    for (const person of [ann, bob]) {
      await person.seesTombstones(1);
      await person.seesNot('Helo');
      await expect(person.menuButton(person.messageAt(1))).toHaveCount(0);
      await expect(person.messageAt(1).getByRole('list')).toHaveCount(0);
      await expect(person.messageAt(1).getByText('edited', { exact: true })).toHaveCount(0);
    }
    for (const person of [ann, bob]) {
      await person.page.reload();
      await person.isConnected();
      await person.seesTombstones(1);
      expect(await person.page.content()).not.toContain('Helo');
    }
    expect(await (await fetch(`${server.url}/t/lobby`)).text()).not.toContain('Helo');
  });

  test('arrow up skips deleted messages', async ({ ann }) => {
    await ann.publishes('Oops');
    await ann.sees('Oops');
    await ann.deletes('Oops');
    await ann.seesTombstones(1);
    await ann.messageField.press('ArrowUp');
    await expect(ann.editField).toHaveValue('Helo');
  });
});

test.describe('reactions', () => {
  test('count people once, with their names, and survive a reload', async ({ ann, bob }) => {
    await bob.reacts('Helo', '👍');
    for (const person of [ann, bob]) await person.seesReaction('Helo', '👍', 1, 'Bob');
    await expect(bob.reaction('Helo', '👍')).toHaveAttribute('aria-pressed', 'true');
    await expect(ann.reaction('Helo', '👍')).toHaveAttribute('aria-pressed', 'false');
    await ann.reaction('Helo', '👍').click();
    for (const person of [ann, bob]) await person.seesReaction('Helo', '👍', 2, 'Bob and Ann');
    await ann.reacts('Helo', '🎉');
    for (const person of [ann, bob]) await person.seesReaction('Helo', '🎉', 1, 'Ann');
    for (const person of [ann, bob]) {
      await person.page.reload();
      await person.isConnected();
      await person.seesReaction('Helo', '👍', 2, 'Bob and Ann');
      await expect(person.reaction('Helo', '👍')).toHaveAttribute('aria-pressed', 'true');
    }
    await expect(ann.message('Helo').locator('.reaction')).toHaveCount(2);
    await ann.reaction('Helo', '👍').click();
    for (const person of [ann, bob]) await person.seesReaction('Helo', '👍', 1, 'Bob');
    await bob.reacts('Helo', '👍');
    for (const person of [ann, bob]) await expect(person.reaction('Helo', '👍')).toHaveCount(0);
    await ann.reaction('Helo', '🎉').click();
    for (const person of [ann, bob]) await person.seesNoReaction('Helo');
  });

  test('of two people at once are both counted', async ({ ann, bob, newcomer }) => {
    const cid = await newcomer();
    await cid.joins('lobby');
    await cid.isNamed('Cid');
    await cid.sees('Helo');
    // By key, since reactions of others may move the button under the pointer.
    const menus = await Promise.all([ann, bob, cid].map((person) => person.opensMenu('Helo')));
    await Promise.all(menus.map((menu) => menu.getByRole('button', { name: 'React with ❤️' }).press('Enter')));
    for (const person of [ann, bob, cid]) {
      await expect(person.reaction('Helo', '❤️')).toHaveText('❤️ 3');
      await expect(person.reaction('Helo', '❤️')).toHaveAttribute('aria-pressed', 'true');
    }
    const label = await ann.reaction('Helo', '❤️').getAttribute('aria-label');
    for (const name of ['Ann', 'Bob', 'Cid']) expect(label).toContain(name);
    for (const person of [bob, cid]) await expect(person.reaction('Helo', '❤️')).toHaveAccessibleName(label!);
  });

  test('toggled many times end in the last state', async ({ ann, bob }) => {
    await ann.reacts('Helo', '🎉');
    await bob.seesReaction('Helo', '🎉', 1, 'Ann');
    await bob.reaction('Helo', '🎉').click();
    await ann.seesReaction('Helo', '🎉', 2, 'Ann and Bob');
    for (let press = 0; press < 7; press += 1) await bob.reaction('Helo', '🎉').click();
    for (const person of [ann, bob]) await person.seesReaction('Helo', '🎉', 1, 'Ann');
    await bob.page.reload();
    await bob.seesReaction('Helo', '🎉', 1, 'Ann');
  });

  test("return the focus to the menu's button", async ({ ann, bob }) => {
    await bob.menuButton(bob.message('Helo')).focus();
    await bob.page.keyboard.press('Enter');
    await expect(bob.menu(bob.message('Helo')).getByRole('button').first()).toBeFocused();
    await bob.page.keyboard.press('Enter');
    await ann.seesReaction('Helo', '👍', 1, 'Bob');
    await expect(bob.menuButton(bob.message('Helo'))).toBeFocused();
    await expect(bob.menu(bob.message('Helo'))).toHaveCount(0);
  });

  test('cause no layout while the pointer passes', async ({ ann, bob }) => {
    await bob.reacts('Helo', '👍');
    await ann.seesReaction('Helo', '👍', 1, 'Bob');
    // A reaction that is on its way for more than 0.4 s, by the clock of the page's animations, says so.
    const devtools = await bob.page.context().newCDPSession(bob.page);
    await devtools.send('Animation.enable');
    await devtools.send('Animation.setPlaybackRate', { playbackRate: 0 });
    await bob.page.evaluate(() => {
      const row = document.getElementById('m1')!;
      const heights: number[] = [];
      Object.assign(window, { heights });
      new ResizeObserver(() => heights.push(row.offsetHeight)).observe(row);
    });
    await bob.reacts('Helo', '🎉');
    await bob.seesReaction('Helo', '🎉', 1, 'Bob');
    await bob.publishes('and that was it');
    await bob.sees('and that was it');
    const heights = await bob.page.evaluate(() => (window as unknown as { heights: number[] }).heights);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1);
  });
});

test.describe('away', () => {
  /** Ann edits, deletes and reacts to three messages of hers. */
  async function changesMuch(ann: Person): Promise<void> {
    await ann.edits('Helo', 'Hello');
    await ann.deletes('Gone');
    await ann.reacts('Liked', '😂');
  }

  async function seesMuchChanged(person: Person): Promise<void> {
    await person.seesAll(['Hello', 'This message was deleted.', 'Liked']);
    await expect(person.message('Hello').getByText('edited', { exact: true })).toBeVisible();
    await person.seesReaction('Liked', '😂', 1, 'Ann');
  }

  test.beforeEach(async ({ ann, bob }) => {
    for (const text of ['Gone', 'Liked']) await ann.publishes(text);
    for (const person of [ann, bob]) await person.seesAll(['Helo', 'Gone', 'Liked']);
  });

  test('changes made meanwhile arrive on reconnecting', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await offline(bob, true);
    await bob.isOffline();
    await changesMuch(ann);
    await seesMuchChanged(ann);
    await bob.seesAll(['Helo', 'Gone', 'Liked']);
    await offline(bob, false);
    await bob.isConnected();
    await seesMuchChanged(bob);
    await expect(bob.log.getByText(/while you were away/)).toHaveCount(0);
  });

  test('also when the server was killed and restarted meanwhile', async ({ server, ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE, ...SERVER_GONE);
    await offline(bob, true);
    await bob.isOffline();
    await changesMuch(ann);
    await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
    await server.kill();
    await ann.isOffline();
    await server.restart();
    await offline(bob, false);
    for (const person of [ann, bob]) {
      await person.isConnected();
      await seesMuchChanged(person);
    }
  });

  test('an offline change shows at once as waiting, and is sent once', async ({ ann, bob, newcomer, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.page.close();
    const outgoing = new Outgoing();
    const again = await ann.opensTab();
    outgoing.watches(again.page);
    await again.joins('lobby');
    await again.goesOffline();
    await changesMuch(again);
    await seesMuchChanged(again);
    for (const seq of [1, 2, 3]) {
      await expect(again.changes(again.messageAt(seq))).toContainText('Will be sent automatically');
      await expect(again.changes(again.messageAt(seq))).toBeVisible();
    }
    await bob.seesAll(['Helo', 'Gone', 'Liked']);
    await offline(again, false);
    await again.isConnected();
    const cid = await newcomer();
    await cid.joins('lobby');
    for (const person of [again, bob, cid]) await seesMuchChanged(person);
    for (const seq of [1, 2, 3]) await expect(again.changes(again.messageAt(seq))).toHaveCount(0);
    await expect.poll(() => outgoing.changes()).toEqual(['edit 1 Hello', 'delete 2', 'react 3 😂 on']);
    await expect.poll(() => storedDrafts(again.page)).toEqual([]);
  });

  test('an offline change survives closing the page', async ({ server, ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    await ann.hasAllParts();
    await server.kill();
    await ann.isOffline();
    await changesMuch(ann);
    await expect.poll(async () => (await storedDrafts(ann.page)).length).toBe(3);
    await ann.page.close();
    await server.restart();
    const later = await ann.opensTab();
    const outgoing = new Outgoing();
    outgoing.watches(later.page);
    await later.joins('lobby');
    await bob.isConnected();
    for (const person of [later, bob]) await seesMuchChanged(person);
    await expect.poll(() => outgoing.changes()).toEqual(['edit 1 Hello', 'delete 2', 'react 3 😂 on']);
    await expect.poll(() => storedDrafts(later.page)).toEqual([]);
    await later.page.reload();
    await later.isConnected();
    await seesMuchChanged(later);
    expect(outgoing.changes()).toHaveLength(3);
  });

  test('an offline change that is taken back is not sent', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.goesOffline();
    await ann.reacts('Liked', '👍');
    await ann.seesReaction('Liked', '👍', 1, 'Ann');
    await expect.poll(async () => (await storedDrafts(ann.page)).length).toBe(1);
    await ann.reacts('Liked', '👍');
    await ann.seesNoReaction('Liked');
    await ann.deletes('Gone');
    await ann.seesTombstones(1);
    await ann.changes(ann.messageAt(2)).getByRole('button', { name: 'Discard' }).click();
    await ann.sees('Gone');
    await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
    await offline(ann, false);
    await ann.isConnected();
    await ann.publishes('Never mind');
    for (const person of [ann, bob]) await person.seesAll(['Helo', 'Gone', 'Liked', 'Never mind']);
    await bob.seesNoReaction('Liked');
  });

  test('a message can be edited twice and deleted offline', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.goesOffline();
    await ann.edits('Helo', 'Hell');
    await ann.sees('Hell');
    await ann.edits('Hell', 'Hello');
    await ann.sees('Hello');
    await ann.edits('Gone', 'Not yet gone');
    await ann.deletes('Not yet gone');
    await ann.seesTombstones(1);
    await offline(ann, false);
    await ann.isConnected();
    for (const person of [ann, bob]) await person.seesAll(['Hello', 'This message was deleted.', 'Liked']);
    await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
    await expect(ann.log.locator('.change')).toHaveCount(0);
  });

  test('an edit that may have arrived cannot be discarded, also in another tab', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(/WebSocket/);
    await ann.page.close();
    const swallows = async (page: Person['page']) =>
      page.routeWebSocket('**/chat', (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((frame) => {
          if (!frame.includes('"edit"')) return server.send(frame);
          void socket.close({ code: 3001, reason: 'cut' });
          void server.close();
        });
      });
    const [one, other] = [await ann.opensTab(), await ann.opensTab()];
    for (const tab of [one, other]) {
      await swallows(tab.page);
      await tab.joins('lobby');
    }
    await one.edits('Helo', 'perhaps');
    await expect.poll(() => storedDrafts(one.page)).toMatchObject([{ body: 'perhaps', tried: true }]);
    for (const tab of [one, other]) {
      const change = tab.changes(tab.messageAt(1));
      await expect(change.getByRole('button', { name: 'Cancel sending' })).toBeVisible();
      await expect(change.getByRole('button')).toHaveCount(1);
    }
    await bob.sees('Helo');
  });

  test('a change of a message that is not loaded is listed with pending messages', async ({
    server,
    ann,
    bob,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    await ann.hasAllParts();
    await server.kill();
    await ann.isOffline();
    await ann.edits('Helo', 'Hello');
    await expect.poll(async () => (await storedDrafts(ann.page)).length).toBe(1);
    const cookies = await ann.page.context().cookies();
    await ann.losesSession();
    await ann.page.close();
    await server.restart();
    await bob.isConnected();
    const more = Array.from({ length: 35 }, (_, index) => `more ${index + 1}\n${'of it\n'.repeat(9)}.`);
    await postsForms(server, 'lobby', more);
    await expect(bob.messages.last()).toContainText('more 35');
    // Under another session, so that it is not sent at once.
    const later = await ann.opensTab();
    await later.joins('lobby');
    await expect(later.pending('Hello')).toContainText('Not sent on an earlier visit');
    await expect(later.pending('Hello').getByRole('link')).toHaveAttribute('href', '/t/lobby/1#m1');
    await later.losesSession();
    await later.page.context().addCookies(cookies);
    await later.page.reload();
    await bob.sees('Hello');
    await expect(later.pending('Hello')).toHaveCount(0);
  });
});

test.describe('two tabs', () => {
  let other: Person;
  test.beforeEach(async ({ ann }) => {
    other = await ann.opensTab();
    await other.joins('lobby');
  });

  test('a reaction pressed twice stays, also before the browser has withdrawn it', async ({
    ann,
    bob,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.goesOffline();
    await ann.reacts('Helo', '👍');
    await expect.poll(async () => (await storedDrafts(ann.page)).length).toBe(1);
    const letGo = await locksDrafts(other.page);
    for (let press = 0; press < 2; press += 1) await ann.reaction('Helo', '👍').click();
    await letGo();
    await ann.page.context().setOffline(false);
    await ann.isConnected();
    await bob.seesReaction('Helo', '👍', 1, 'Ann');
    await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
    await ann.seesReaction('Helo', '👍', 1, 'Ann');
  });

  test('a change in one tab shows in the other', async ({ ann }) => {
    await ann.edits('Helo', 'Hello');
    await other.sees('Hello');
    await other.reacts('Hello', '🎉');
    await ann.seesReaction('Hello', '🎉', 1, 'Ann');
    await ann.deletes('Hello');
    await other.seesTombstones(1);
  });

  test('a stale edit shows the reason at the message, and keeps its text', async ({ ann, bob }) => {
    await ann.beginsToEdit('Helo');
    await ann.editField.fill('Hello from here');
    await other.edits('Helo', 'Hello from there');
    await bob.sees('Hello from there');
    await expect(ann.messageAt(1).getByRole('alert')).toContainText('It now says: Hello from there');
    await expect(ann.editField).toHaveValue('Hello from here');
    await ann.editField.press('Enter');
    const change = ann.changes(ann.messageAt(1));
    await expect(change.getByRole('alert')).toContainText('Not sent. The message has changed in the meantime.');
    await expect(change).toContainText('Hello from here');
    for (const person of [ann, bob]) await expect(person.bodies).toHaveText(['Hello from there']);
    await ann.page.reload();
    await ann.isConnected();
    await expect(change.getByRole('alert')).toContainText('Not sent. The message has changed in the meantime.');
    await change.getByRole('button', { name: 'Edit' }).click();
    await expect(ann.editField).toBeFocused();
    await expect(ann.editField).toHaveValue('Hello from here');
    await ann.editField.fill('Hello from both');
    await ann.editField.press('Enter');
    for (const person of [ann, other, bob]) await person.seesAll(['Hello from both']);
    await expect(change).toHaveCount(0);
  });

  test('a stale edit can be sent anyway or discarded', async ({ ann, bob }) => {
    for (const [round, does] of ['Discard', 'Try again'].entries()) {
      const [before, there, here] = [round ? 'there 0' : 'Helo', `there ${round}`, `here ${round}`] as const;
      await ann.beginsToEdit(before);
      await ann.editField.fill(here);
      await other.edits(before, there);
      await expect(ann.messageAt(1).getByRole('alert')).toContainText(there);
      await ann.editField.press('Enter');
      const change = ann.changes(ann.messageAt(1));
      await expect(change.getByRole('alert')).toContainText('Not sent. The message has changed in the meantime.');
      await change.getByRole('button', { name: does }).click();
      await expect(change).toHaveCount(0);
      for (const person of [ann, bob]) await person.seesAll([does === 'Discard' ? there : here]);
    }
  });

  test('a message deleted while it is edited says so, and keeps the edited text', async ({ ann }) => {
    await ann.beginsToEdit('Helo');
    await ann.editField.fill('Too late');
    await other.deletes('Helo');
    await expect(ann.messageAt(1).getByRole('alert')).toHaveText('This message was deleted in the meantime.');
    await ann.editField.press('Enter');
    const change = ann.changes(ann.messageAt(1));
    await expect(change.getByRole('alert')).toContainText('Not sent');
    await expect(change).toContainText('Too late');
    await change.getByRole('button', { name: 'Edit' }).click();
    await expect(ann.messageField).toHaveValue('Too late');
    await expect(change).toHaveCount(0);
  });
});

test('a focused row keeps the focus while others change messages', async ({ ann, bob }) => {
  await ann.publishes('Another');
  await bob.sees('Another');
  const button = bob.menuButton(bob.message('Another'));
  await button.focus();
  await ann.edits('Helo', 'Hello');
  await bob.sees('Hello');
  await expect(button).toBeFocused();
  await ann.reacts('Another', '😮');
  await bob.seesReaction('Another', '😮', 1, 'Ann');
  await expect(button).toBeFocused();
  await bob.reaction('Another', '😮').focus();
  await ann.edits('Another', 'Another one');
  await bob.sees('Another one');
  await expect(bob.reaction('Another one', '😮')).toBeFocused();
  await ann.deletes('Hello');
  await bob.seesTombstones(1);
  await expect(bob.reaction('Another one', '😮')).toBeFocused();
});

test('an open edit keeps its text and cursor while messages arrive', async ({ ann, bob }) => {
  await ann.beginsToEdit('Helo');
  await ann.page.keyboard.type(' my f');
  await bob.reacts('Helo', '👍');
  await bob.publishes('What?');
  await ann.sees('What?');
  await expect(ann.reactionsAt(1)).toHaveText('👍 1');
  await ann.page.keyboard.type('riend');
  await expect(ann.editField).toHaveValue('Helo my friend');
  await ann.page.keyboard.press('Enter');
  for (const person of [ann, bob]) await person.seesAll(['Helo my friend', 'What?']);
});

test('without a script changes and reactions are shown, without buttons', async ({ ann, bob, newcomer }) => {
  await ann.edits('Helo', 'Hello');
  await ann.reacts('Hello', '👍');
  await bob.seesReaction('Hello', '👍', 1, 'Ann');
  const reader = await newcomer({ javaScriptEnabled: false });
  await reader.opens('lobby');
  await reader.seesAll(['Hello']);
  await expect(reader.message('Hello')).toContainText('edited');
  await expect(reader.reaction('Hello', '👍')).toHaveText('👍 1');
  await reader.message('Hello').hover();
  await expect(reader.menuButton(reader.message('Hello'))).toBeHidden();
});
