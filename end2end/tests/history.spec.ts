import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

test('a new visitor sees the newest thirty messages', async ({ server, ann }) => {
  const texts = notes(31);
  await postsForms(server, 'lobby', texts);
  await ann.joins('lobby');
  await ann.seesAll(texts.slice(1));
  await ann.seesNot('note 1');
});

test('without a script the same thirty are shown', async ({ server, newcomer }) => {
  const texts = notes(31);
  await postsForms(server, 'lobby', texts);
  const reader = await newcomer({ javaScriptEnabled: false });
  await reader.opens('lobby');
  await reader.seesAll(texts.slice(1));
});

test('an empty topic says so until the first message', async ({ ann, newcomer }) => {
  const reader = await newcomer({ javaScriptEnabled: false });
  await reader.opens('lobby');
  await expect(reader.page.getByText('No messages yet.')).toBeInViewport();
  await ann.joins('lobby');
  await ann.publishes('First!');
  await ann.sees('First!');
  await reader.opens('lobby');
  await reader.seesAll(['First!']);
  for (const { page } of [ann, reader]) await expect(page.getByText('No messages yet.')).toHaveCount(0);
});

test('a notice about a join is no message', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await expect(ann.log.getByText(/ joined$/)).toBeVisible();
  await expect(ann.page.getByText('No messages yet.')).toBeVisible();
});

test('the name is remembered after a reload and in a new tab', async ({ ann }) => {
  await ann.joins('lobby');
  await expect(ann.nameField).toHaveValue('');
  await ann.isNamed('Ann');
  await ann.publishes('Remember me');
  await ann.sees('Remember me');
  await ann.page.reload();
  await expect(ann.nameField).toHaveValue('Ann');
  const tab = await ann.opensTab();
  await tab.opens('garden');
  await expect(tab.nameField).toHaveValue('Ann');
});

test('a message of one tab shows as own in the other', async ({ ann }) => {
  await ann.joins('lobby');
  const tab = await ann.page.context().newPage();
  await tab.goto('/t/lobby');
  await ann.publishes('From here');
  await expect(tab.getByRole('log').locator('[data-mine]').getByText('From here')).toBeVisible();
});

test('an unknown address links to the topics', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(/status of 404/);
  const answer = await ann.page.goto('/t/No%20Topic');
  expect(answer?.status()).toBe(404);
  await ann.isLive();
  await expect(ann.page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await ann.page.getByRole('link', { name: 'Browse topics' }).click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Topics');
});
