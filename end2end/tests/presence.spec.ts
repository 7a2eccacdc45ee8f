import { SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';

test.use({ settings: { 'presence-ms': 50, 'presence-grace-ms': 50 } });

test('the log shows joins and leaves, and the header counts people', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await expect(ann.page.getByText('1 person here')).toBeVisible();
  await bob.joins('lobby');
  await expect(ann.log.getByText("(I'm John Doe) joined")).not.toHaveCount(0);
  for (const person of [ann, bob]) await expect(person.page.getByText('2 people here')).toBeVisible();
  await bob.isNamed('Bob');
  await bob.publishes('I am Bob');
  await ann.sees('I am Bob');
  await bob.page.goto('about:blank');
  await expect(ann.log.getByText(/ left$/)).toHaveCount(1);
  await expect(ann.page.getByText('1 person here')).toBeVisible();
  await bob.joins('lobby');
  // Leaving and rejoining at once is not reported.
  await expect(ann.log.getByText('Bob left', { exact: true })).toHaveCount(0);
  await expect(ann.page.getByText('2 people here')).toBeVisible();
  await bob.page.close();
  await expect(ann.log.getByText('Bob left', { exact: true })).not.toHaveCount(0);
});

test('two tabs of one person are one person', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await expect(ann.page.getByText('2 people here')).toBeVisible();
  const tab = await bob.page.context().newPage();
  await tab.goto('/t/lobby');
  await expect(tab.getByRole('status')).toHaveText('Connected');
  await expect(tab.getByText('2 people here')).toBeVisible();
  await tab.close();
  await bob.publishes('Still here');
  await ann.sees('Still here');
  await expect(ann.page.getByText('2 people here')).toBeVisible();
  await expect(ann.log.getByText(/ left$/)).toHaveCount(0);
});

test('a person reconnecting after a server kill is counted once', async ({ ann, bob, server, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await server.kill();
  for (const person of [ann, bob]) await person.isOffline();
  await expect(ann.page.getByText(/here$/)).toHaveCount(0);
  await server.restart();
  for (const person of [ann, bob]) {
    await person.isConnected();
    await expect(person.page.getByText('2 people here')).toBeVisible();
  }
});
