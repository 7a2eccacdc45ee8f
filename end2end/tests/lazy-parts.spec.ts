import { SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { holdsLazyPart, refusesLazyPart } from '../support/lazy-parts';

test('a lazy part that failed to load does not affect chatting, and is requested again when needed', async ({
  ann,
  consoleGuard,
}) => {
  consoleGuard.tolerates(/Failed to fetch/, /ERR_FAILED/);
  const refusal = await refusesLazyPart(ann);
  await ann.joins('lobby');
  await expect.poll(refusal.count).toBeGreaterThan(0);
  await ann.publishes('Half a page is enough for this');
  await ann.sees('Half a page is enough for this');
  await refusal.ends();
  await ann.choosesFromTopicMenu('Settings');
  await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
});

test('a message shows as waiting whichever lazy part failed to load', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(/Failed to fetch/, /ERR_FAILED/, ...SERVER_GONE);
  await refusesLazyPart(ann);
  await ann.joins('lobby');
  await server.kill();
  await ann.isOffline();
  await ann.publishes('Nobody hears me');
  await ann.seesWaiting('Nobody hears me');
});

test('a dialog that is waited for comes once its part can be loaded', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(/Failed to fetch/, /ERR_FAILED/);
  const refusal = await refusesLazyPart(ann);
  await ann.joins('lobby');
  await expect.poll(refusal.count).toBeGreaterThan(0);
  await ann.page.keyboard.press('Control+Comma');
  const dialog = ann.page.getByRole('dialog', { name: 'Settings' });
  const before = refusal.count();
  await expect.poll(refusal.count).toBeGreaterThan(before + 1);
  await expect(dialog).toHaveCount(0);
  await refusal.ends();
  await expect(dialog).toBeVisible();
});

test('a dialog that is still loading is cancelled by Escape', async ({ ann }) => {
  const release = await holdsLazyPart(ann);
  await ann.joins('lobby');
  const dialog = ann.page.getByRole('dialog', { name: 'Settings' });
  await ann.page.keyboard.press('Control+Comma');
  await ann.page.keyboard.press('Escape');
  release();
  await ann.hasAllParts();
  await expect(dialog).toHaveCount(0);
  await ann.page.keyboard.press('Control+Comma');
  await expect(dialog).toBeVisible();
});
