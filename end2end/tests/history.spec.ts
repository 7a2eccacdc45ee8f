import { notes, wasSaid } from '../support/history';
import { expect, test } from '../support/stage';

test('a newcomer sees the newest thirty and not the one before', async ({ server, ann }) => {
  const said = notes(31);
  await wasSaid(server, 'lobby', said);
  await ann.joins('lobby');
  await ann.seesAll(said.slice(1));
  await ann.seesNot('note 1');
});

test('without a script it is the same thirty', async ({ server, newcomer }) => {
  const said = notes(31);
  await wasSaid(server, 'lobby', said);
  const reader = await newcomer({ javaScriptEnabled: false });
  await reader.opens('lobby');
  await reader.seesAll(said.slice(1));
});

test('an empty topic says so, until somebody speaks', async ({ ann, newcomer }) => {
  const reader = await newcomer({ javaScriptEnabled: false });
  await reader.opens('lobby');
  await expect(reader.page.getByText('Nothing has been said here yet.')).toBeInViewport();
  await ann.joins('lobby');
  await ann.says('First!');
  await ann.sees('First!');
  await reader.opens('lobby');
  await reader.seesAll(['First!']);
  for (const { page } of [ann, reader]) await expect(page.getByText('Nothing has been said')).toHaveCount(0);
});

test('a line about who came is nothing said', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await expect(ann.log.getByText(/ joined$/)).toBeVisible();
  await expect(ann.page.getByText('Nothing has been said here yet.')).toBeVisible();
});

test('the name is remembered after a reload and in a new tab', async ({ ann }) => {
  await ann.joins('lobby');
  await expect(ann.nameField).toHaveValue('');
  await ann.isNamed('Ann');
  await ann.says('Remember me');
  await ann.sees('Remember me');
  await ann.page.reload();
  await expect(ann.nameField).toHaveValue('Ann');
  const tab = await ann.page.context().newPage();
  await tab.goto('/t/garden');
  await expect(tab.getByRole('textbox', { name: 'Name' })).toHaveValue('Ann');
});

test('a message of one tab stands in the other as one\'s own', async ({ ann }) => {
  await ann.joins('lobby');
  const tab = await ann.page.context().newPage();
  await tab.goto('/t/lobby');
  await ann.says('From here');
  await expect(tab.getByRole('log').locator('[data-mine]').getByText('From here')).toBeVisible();
});

test('an address where nothing is leads to the topics', async ({ ann, witness }) => {
  witness.tolerates(/status of 404/);
  const answer = await ann.page.goto('/t/No%20Topic');
  expect(answer?.status()).toBe(404);
  await ann.isLive();
  await expect(ann.page.getByRole('heading', { name: 'Nothing is here' })).toBeVisible();
  await ann.page.getByRole('link', { name: 'To the topics' }).click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Topics');
});
