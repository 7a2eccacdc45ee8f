import { isAccessible, SCREENS } from '../support/axe';
import { storedBodies } from '../support/drafts';
import { expect, test } from '../support/fixtures';
import { becomesOwner, FOR_EVER, gives, sendsCode } from '../support/moderation';

const BANNED = 'You are banned from this chat.';
const HOUR_MS = 3_600_000;

test('somebody who is banned amid a sentence keeps it, is told why, and sends it after the ban', async ({
  server,
  ann,
  bob,
}) => {
  const sockets: string[] = [];
  bob.page.on('websocket', (socket) => sockets.push(socket.url()));
  await becomesOwner(ann, server);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.hasAllParts();
  await bob.publishes('before');
  await ann.sees('before');
  await bob.messageField.fill('half a sen');
  await bob.page.clock.install();
  await gives(ann, bob, { role: 'guest', banned_until: FOR_EVER });
  await expect(bob.status).toHaveText(BANNED);
  await expect(bob.retryButton).toBeHidden();
  await expect(bob.messageField).toHaveValue('half a sen');
  // Longer than any wait before an attempt to reconnect.
  await bob.page.clock.runFor(300_000);
  expect(sockets).toHaveLength(1);
  await expect(bob.status).toHaveText(BANNED);
  await bob.page.clock.resume();

  await bob.publishes('half a sentence');
  await expect(bob.pending('half a sentence')).toContainText(`Not sent. ${BANNED}`);
  await expect.poll(() => storedBodies(bob.page)).toEqual(['half a sentence']);
  await ann.publishes('it is quiet');
  await ann.seesAll(['before', 'it is quiet']);

  await gives(ann, bob, { role: 'guest' });
  await bob.joins('lobby');
  for (const person of [ann, bob]) await person.seesAll(['before', 'it is quiet', 'half a sentence']);
  await bob.publishes('and another');
  await ann.sees('and another');
});

test('a banned person gets no page, and no message of theirs arrives', async ({ server, ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(/status of 403/);
  await becomesOwner(ann, server);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await gives(ann, bob, { role: 'guest', banned_until: FOR_EVER });
  await expect(bob.status).toHaveText(BANNED);
  const form = { draft: crypto.randomUUID(), name: 'Bob', message: 'through the form' };
  expect((await bob.page.request.post('/t/lobby', { form })).status()).toBe(403);
  expect((await bob.page.goto('/t/lobby'))?.status()).toBe(403);
  await expect(bob.page.getByText(BANNED)).toBeVisible();
  await ann.publishes('hello');
  await ann.seesAll(['hello']);
});

test('a muted person reads, is told why they cannot write, and sends the same message later', async ({
  server,
  ann,
  bob,
}) => {
  await becomesOwner(ann, server);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.hasAllParts();
  await gives(ann, bob, { role: 'guest', muted_until: Date.now() + HOUR_MS });
  await bob.publishes('may I?');
  await expect(bob.pending('may I?')).toContainText('Not sent. You are muted and can’t write right now.');
  await ann.publishes('not now');
  await bob.sees('not now');
  await expect(bob.status).toHaveText('Connected');
  await gives(ann, bob, { role: 'guest' });
  await bob.presses('Try again', 'may I?');
  for (const person of [ann, bob]) await person.seesAll(['not now', 'may I?']);
});

test('a code of the command line makes an owner, without a script', async ({ server, newcomer, consoleGuard }) => {
  consoleGuard.tolerates(/status of 404/);
  const cleo = await newcomer({ javaScriptEnabled: false });
  await cleo.page.goto('/own');
  await sendsCode(cleo, '00');
  await expect(cleo.page.getByRole('alert')).toContainText('This code is wrong, or it has expired.');
  await becomesOwner(cleo, server);
  expect((await cleo.page.request.get('/api/v1/audit')).status()).toBe(200);
});

for (const { screen, options } of SCREENS) {
  test(`the page for the code is accessible: ${screen}`, async ({ newcomer, consoleGuard }) => {
    // An analysis by axe takes seconds, and ten times as long beside another build.
    test.setTimeout(120_000);
    consoleGuard.tolerates(/status of 404/);
    const ann = await newcomer(options);
    await ann.page.goto('/own');
    await isAccessible(ann, 'the code is asked for');
    await sendsCode(ann, '00');
    await expect(ann.page.getByRole('alert')).toBeVisible();
    await isAccessible(ann, 'a wrong code');
  });
}
