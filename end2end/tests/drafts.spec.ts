import { expect, test } from '../support/stage';
import { NETWORK_GONE, SERVER_GONE } from '../support/witness';

test('a message that waits outlives a reload', async ({ server, ann, bob, witness }) => {
  witness.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.isNamed('Ann');
  await ann.says('with my name');
  await bob.sees('with my name');
  await server.kill();
  await ann.isCutOff();
  await ann.says('kept by the browser');
  await ann.seesWaiting('kept by the browser');
  await expect(ann.page.reload()).rejects.toThrow(/ERR_CONNECTION_REFUSED/);
  await ann.page.waitForURL(/^chrome-error:/);
  await server.restart();
  await ann.joins('lobby');
  for (const person of [ann, bob]) await person.seesAll(['with my name', 'kept by the browser']);
  await expect(bob.message('kept by the browser')).toContainText('Ann');
  expect(await ann.page.evaluate(() => localStorage.length)).toBe(0);
  await ann.page.reload();
  await ann.isConnected();
  await ann.says('no echo');
  for (const person of [ann, bob]) await person.seesAll(['with my name', 'kept by the browser', 'no echo']);
});

test('a message that waits is said once, although two tabs try', async ({ ann, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.page.context().setOffline(true);
  await ann.isCutOff();
  for (const text of ['one', 'two', 'three']) await ann.says(text);
  const kept = await ann.page.evaluate(() => Object.entries(localStorage));
  expect(kept).toHaveLength(3);
  await ann.page.context().setOffline(false);
  const second = await ann.page.context().newPage();
  await second.goto('/t/lobby');
  await expect(second.getByRole('status')).toHaveText('Connected');
  for (const person of [ann, bob]) await person.seesAll(['one', 'two', 'three']);
  await expect(second.getByRole('log').getByText('one', { exact: true })).toHaveCount(1);
  await expect(second.getByText('Waiting to be sent')).toHaveCount(0);
});

test('a message waits in its own topic only', async ({ ann, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  await ann.page.context().setOffline(true);
  await ann.isCutOff();
  await ann.says('for the lobby');
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
  await expect(lobby.getByText('Waiting to be sent')).toHaveCount(0);
});
