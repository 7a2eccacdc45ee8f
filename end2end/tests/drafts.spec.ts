import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { journaledBodies, locksDrafts, storedBodies, storedDrafts } from '../support/drafts';
import { expect, test } from '../support/fixtures';
import { Outgoing } from '../support/outgoing';

test('a pending message survives a reload', async ({ server, ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.isNamed('Ann');
  await ann.publishes('with my name');
  await bob.sees('with my name');
  await server.kill();
  await ann.isOffline();
  await ann.publishes('kept by the browser');
  await ann.seesWaiting('kept by the browser');
  await expect(ann.page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
  await ann.page.waitForURL(/^chrome-error:/);
  await server.restart();
  await ann.joins('lobby');
  await bob.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['with my name', 'kept by the browser']);
  await expect(bob.message('kept by the browser')).toContainText('Ann');
  await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
  await ann.page.reload();
  await ann.isConnected();
  await ann.publishes('no echo');
  for (const person of [ann, bob]) await person.seesAll(['with my name', 'kept by the browser', 'no echo']);
});

test('a pending message is published once by two tabs', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.page.context().setOffline(true);
  await ann.isOffline();
  for (const text of ['one', 'two', 'three']) await ann.publishes(text);
  await expect.poll(() => storedBodies(ann.page)).toEqual(['one', 'two', 'three']);
  await ann.page.context().setOffline(false);
  const second = await ann.page.context().newPage();
  await second.goto('/t/lobby');
  await expect(second.getByRole('status')).toHaveText('Connected');
  await ann.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['one', 'two', 'three']);
  await expect(second.getByRole('log').getByText('one', { exact: true })).toHaveCount(1);
  await expect(second.getByText('Will be sent automatically')).toHaveCount(0);
});

test('a message shows as waiting once the browser has stored it', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await ann.hasAllParts();
  await ann.page.clock.install();
  const other = await ann.page.context().newPage();
  await other.goto('/healthz');
  await ann.page.context().setOffline(true);
  await ann.isOffline();
  const letGo = await locksDrafts(other);
  // The page waits for its storage only for a limited time.
  await ann.page.clock.pauseAt(Date.now() + 10_000);
  await ann.publishes('not kept yet');
  await expect(ann.pending('not kept yet').getByRole('button', { name: 'Delete' })).toBeVisible();
  await expect(ann.pending('not kept yet')).not.toContainText('Will be sent automatically');
  await letGo();
  await ann.seesWaiting('not kept yet');
  await expect(ann.pending('not kept yet')).not.toContainText('Keep this page open');
  await expect.poll(() => storedBodies(ann.page)).toEqual(['not kept yet']);
});

test('a pending message shows in its own topic only', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await ann.page.context().setOffline(true);
  await ann.isOffline();
  await ann.publishes('for the lobby');
  await ann.seesWaiting('for the lobby');
  await ann.page.close();
  const context = ann.page.context();
  await context.setOffline(false);
  const garden = await context.newPage();
  await garden.goto('/t/garden');
  await expect(garden.getByRole('status')).toHaveText('Connected');
  await expect(garden.getByText('for the lobby')).toHaveCount(0);
  const lobby = await context.newPage();
  await lobby.goto('/t/lobby');
  await expect(lobby.getByText('for the lobby')).toHaveCount(1);
  await expect(lobby.getByText('Will be sent automatically')).toHaveCount(0);
});

test("a closed page's pending messages are sent once, in order, when it is opened", async ({
  server,
  ann,
  bob,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await server.kill();
  await ann.isOffline();
  for (const text of ['one', 'two', 'three']) await ann.publishes(text);
  await expect.poll(() => storedBodies(ann.page)).toEqual(['one', 'two', 'three']);
  await ann.page.close();
  await server.restart();
  const later = await ann.opensTab();
  const outgoing = new Outgoing();
  outgoing.watches(later.page);
  await later.joins('lobby');
  await bob.isConnected();
  for (const person of [later, bob]) await person.seesAll(['one', 'two', 'three']);
  await expect.poll(() => outgoing.bodies()).toEqual(['one', 'two', 'three']);
  await expect.poll(() => storedDrafts(later.page)).toEqual([]);
});

test('a pending message can be edited and discarded', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.goesOffline();
  for (const text of ['frist', 'second', 'third']) await ann.publishes(text);
  await ann.messageField.fill('half a fourth');
  await ann.presses('Edit', 'frist');
  await expect(ann.messageField).toBeFocused();
  await expect(ann.messageField).toHaveValue('frist\nhalf a fourth');
  await expect.poll(() => storedBodies(ann.page)).toEqual(['second', 'third']);
  await ann.publishes('first');
  await ann.presses('Delete', 'second');
  await expect.poll(() => storedBodies(ann.page)).toEqual(['first', 'third']);
  await ann.page.context().setOffline(false);
  await ann.isConnected();
  await ann.publishes('fourth');
  for (const person of [ann, bob]) await person.seesAll(['first', 'third', 'fourth']);
});

test('a message that may have arrived cannot be edited, also after a reload', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(/WebSocket/);
  let swallow = true;
  await ann.page.routeWebSocket('**/chat', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      if (!swallow || !frame.includes('"publish"')) return server.send(frame);
      void socket.close({ code: 3001, reason: 'cut' });
      void server.close();
    });
  });
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.publishes('perhaps');
  for (let look = 0; look < 2; look += 1) {
    await ann.seesWaiting('perhaps');
    await expect(ann.pending('perhaps').getByRole('button', { name: 'Cancel sending' })).toBeVisible();
    await expect(ann.pending('perhaps').getByRole('button')).toHaveCount(1);
    await ann.page.reload();
  }
  await expect.poll(() => storedDrafts(ann.page)).toMatchObject([{ body: 'perhaps', tried: true }]);
  swallow = false;
  // After that many attempts, the next one may come late.
  await expect(ann.message('perhaps')).toHaveCount(1, { timeout: 21_000 });
  for (const person of [ann, bob]) await person.seesAll(['perhaps']);
});

test.describe('a server limited to one topic', () => {
  test.use({ settings: { 'max-topics': 0 } });

  test('rejects a message for good, and a reload does not retry it', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await bob.publishes('The only topic');
    await bob.sees('The only topic');
    const outgoing = new Outgoing();
    outgoing.watches(ann.page);
    await ann.joins('garden');
    await ann.publishes('One');
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await expect.poll(() => storedDrafts(ann.page)).toMatchObject([{ refused: expect.stringContaining('topic') }]);
    await ann.page.reload();
    await ann.isConnected();
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await expect.poll(() => outgoing.bodies()).toEqual(['One']);
    await ann.presses('Edit', 'One');
    await expect(ann.messageField).toHaveValue('One');
    await expect(ann.page.getByRole('alert')).toHaveCount(0);
    await expect.poll(() => storedDrafts(ann.page)).toEqual([]);
  });
});

test('pending messages of an earlier session are sent under the new one only on request', async ({
  ann,
  bob,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  const context = ann.page.context();
  await ann.joins('lobby');
  await bob.joins('lobby');
  await context.setOffline(true);
  await ann.isOffline();
  for (const text of ['mine?', 'not mine']) await ann.publishes(text);
  await expect.poll(() => storedBodies(ann.page)).toHaveLength(2);
  await ann.page.close();
  await ann.losesSession();
  await context.setOffline(false);
  const later = await ann.opensTab();
  await later.joins('lobby');
  await later.isNamed('Zoe');
  await later.publishes('I am new');
  for (const person of [later, bob]) await person.seesAll(['I am new']);
  await expect(later.pending('mine?')).toContainText('Not sent on an earlier visit');
  await later.presses('Delete', 'not mine');
  await later.presses('Send as Zoe', 'mine?');
  for (const person of [later, bob]) await person.seesAll(['I am new', 'mine?']);
  await expect(bob.message('mine?')).toContainText('Zoe');
  await expect.poll(() => storedDrafts(later.page)).toEqual([]);
});

const BROKEN_STORAGES = {
  'has no storage': () => Object.defineProperty(window, 'indexedDB', { value: undefined }),
  'refuses storage': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('not here', 'SecurityError');
    };
  },
  'never answers for its storage': () => {
    IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
  },
};
for (const [does, script] of Object.entries(BROKEN_STORAGES)) {
  test(`a browser that ${does} sends all the same`, async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.page.addInitScript(script);
    await ann.joins('lobby');
    await bob.joins('lobby');
    await ann.publishes('at once');
    for (const person of [ann, bob]) await person.seesAll(['at once']);
    await ann.page.context().setOffline(true);
    await ann.isOffline();
    await ann.publishes('later');
    await expect(ann.pending('later')).toContainText('Will be sent automatically. Keep this page open.');
    await ann.page.context().setOffline(false);
    await ann.isConnected();
    for (const person of [ann, bob]) await person.seesAll(['at once', 'later']);
  });
}

test('a message survives its tab once the field is empty, and is published once', async ({
  ann,
  bob,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  const context = ann.page.context();
  const other = await context.newPage();
  await other.goto('/healthz');
  await context.setOffline(true);
  await ann.isOffline();
  // The browser's database is blocked until the tab is closed.
  const letGo = await locksDrafts(other);
  await ann.publishes('last words');
  await expect(ann.messageField).toHaveValue('');
  await ann.page.close();
  await letGo();
  expect(await storedDrafts(other)).toEqual([]);
  await context.setOffline(false);
  const later = await ann.opensTab();
  const outgoing = new Outgoing();
  outgoing.watches(later.page);
  await later.joins('lobby');
  await expect(later.messageField).toHaveValue('');
  for (const person of [later, bob]) await person.seesAll(['last words']);
  await expect.poll(() => outgoing.bodies()).toEqual(['last words']);
  await expect.poll(() => storedDrafts(later.page)).toEqual([]);
  await expect.poll(() => journaledBodies(later.page)).toEqual([]);
});

test('a message sent while leaving is stored, and not kept in the field too', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.messageField.fill('said and gone');
  // In one script, so that the browser's database has no time to store it.
  const kept = await ann.messageField.evaluate((field: HTMLTextAreaElement) => {
    field.form!.requestSubmit();
    window.dispatchEvent(new Event('pagehide'));
    const entries = Object.keys(localStorage).filter((key) => key.startsWith('chorus.written.'));
    return { field: field.value, entries: entries.length, unsent: sessionStorage.getItem('chorus.unsent.lobby') };
  });
  expect(kept).toEqual({ field: '', entries: 1, unsent: null });
  await ann.sees('said and gone');
  await expect.poll(() => journaledBodies(ann.page)).toEqual([]);
});

const NO_ROOM = {
  'is full': 'QuotaExceededError',
  'is forbidden': 'SecurityError',
};
for (const [does, error] of Object.entries(NO_ROOM)) {
  test(`where local storage ${does}, the field keeps its text until it is stored`, async ({
    ann,
    bob,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.page.addInitScript((error) => {
      const set = Storage.prototype.setItem;
      Storage.prototype.setItem = function (key, value) {
        if (this === localStorage) throw new DOMException('no room', error);
        set.call(this, key, value);
      };
    }, error);
    await ann.joins('lobby');
    await bob.joins('lobby');
    await ann.page.clock.install();
    const other = await ann.page.context().newPage();
    await other.goto('/healthz');
    const letGo = await locksDrafts(other);
    // The page waits for its storage only for a limited time.
    await ann.page.clock.pauseAt(Date.now() + 10_000);
    await ann.publishes('not stored yet');
    await expect(ann.pending('not stored yet')).toBeVisible();
    await expect(ann.messageField).toHaveValue('not stored yet');
    await ann.messageField.press('Enter');
    await letGo();
    await expect(ann.messageField).toHaveValue('');
    await ann.page.clock.resume();
    await ann.publishes('stored');
    for (const person of [ann, bob]) await person.seesAll(['not stored yet', 'stored']);
  });
}
