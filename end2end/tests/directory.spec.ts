import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { createsTopic, postsForms } from '../support/history';
import type { Person } from '../support/person';

const entry = (person: Person, title: string): Locator =>
  person.page.getByRole('listitem').filter({ has: person.page.getByRole('heading', { name: title, exact: true }) });
const titles = (person: Person) => person.page.getByRole('listitem').getByRole('heading');
const field = (person: Person, name: string) => person.page.getByRole('textbox', { name });

async function makes(person: Person, title: string, description = ''): Promise<void> {
  await person.page.goto('/');
  await person.page.getByText('New topic').click();
  await field(person, 'Title').fill(title);
  await field(person, 'What is it about?').fill(description);
  await person.page.getByRole('button', { name: 'Create topic' }).click();
}

test('a topic is found, opened and written in', async ({ server, ann }) => {
  await postsForms(server, 'garden', ['Roses']);
  await postsForms(server, 'kitchen', ['Soup', 'Bread']);
  await ann.page.goto('/');
  await ann.isLive();
  await expect(titles(ann)).toHaveText(['lobby', 'kitchen', 'garden']);
  await expect(entry(ann, 'lobby')).toContainText('Start here');
  await expect(entry(ann, 'kitchen')).toContainText('2 messages');
  await ann.page.getByRole('searchbox', { name: 'Find topics' }).fill('GARD');
  await ann.page.keyboard.press('Enter');
  await expect(titles(ann)).toHaveText(['garden']);
  await ann.page.getByRole('link', { name: 'garden' }).click();
  await ann.isConnected();
  await ann.sees('Roses');
  await ann.publishes('And tulips');
  await ann.sees('And tulips');
  await ann.page.goto('/?q=');
  await expect(entry(ann, 'garden')).toContainText('2 messages');
});

test('a topic is created by its title, and its address shows while typing', async ({ ann }) => {
  await ann.page.goto('/');
  await ann.isLive();
  await ann.page.getByText('New topic').click();
  await field(ann, 'Title').fill('Crème brûlée & Straße');
  await expect(ann.page.getByText('/t/creme-brulee-strasse')).toBeVisible();
  await field(ann, 'Link name').fill('dessert');
  await expect(ann.page.getByText('/t/dessert')).toBeVisible();
  await field(ann, 'What is it about?').fill('Sweet things.');
  await ann.page.getByRole('button', { name: 'Create topic' }).click();
  await expect(ann.page).toHaveURL(/\/t\/dessert$/);
  await ann.isConnected();
  await expect(ann.page).toHaveTitle('Crème brûlée & Straße · Chorus');
  await ann.page.goto('/');
  await expect(entry(ann, 'Crème brûlée & Straße')).toContainText('Sweet things.');
});

for (const javaScriptEnabled of [true, false]) {
  test(`errors show at their field ${javaScriptEnabled ? 'with' : 'without'} a script`, async ({
    newcomer,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(/status of 422/);
    const cleo = await newcomer({ javaScriptEnabled });
    await makes(cleo, 'Tea', 'All of it.');
    await expect(cleo.page).toHaveURL(/\/t\/tea$/);
    await makes(cleo, 'Tea', 'Another <pot>');
    await expect(cleo.page.getByRole('alert')).toContainText('This link is already taken.');
    if (javaScriptEnabled) await cleo.isLive();
    const linkName = field(cleo, 'Link name');
    await expect(linkName).toBeFocused();
    await expect(linkName).toHaveAccessibleDescription(/^This link is already taken/);
    await expect(field(cleo, 'Title')).toHaveValue('Tea');
    await expect(field(cleo, 'What is it about?')).toHaveValue('Another <pot>');
    await linkName.fill('tea-too');
    await cleo.page.getByRole('button', { name: 'Create topic' }).click();
    await expect(cleo.page).toHaveURL(/\/t\/tea-too$/);
  });
}

test('a missing topic can be created at once', async ({ ann }) => {
  await ann.page.goto('/?q=Milk');
  await ann.isLive();
  await expect(ann.page.getByRole('status')).toContainText('Milk');
  await expect(field(ann, 'Title')).toHaveValue('Milk');
  await ann.page.getByRole('button', { name: 'Create topic' }).click();
  await expect(ann.page).toHaveURL(/\/t\/milk$/);
});

test('followed topics come first, with their unread messages and the newest message', async ({ server, ann, bob }) => {
  await ann.joins('garden');
  await ann.isNamed('Ann');
  await ann.publishes('Roses');
  await ann.sees('Roses');
  await ann.isFollowing('Following');
  await ann.page.goto('/');
  await postsForms(server, 'kitchen', ['Soup']);
  await bob.joins('garden');
  await bob.isNamed('Bob');
  await bob.publishes('And **tulips**');
  await bob.sees('And tulips');
  await ann.page.reload();
  await ann.isLive();
  await expect(titles(ann)).toHaveText(['garden', 'lobby', 'kitchen']);
  await expect(entry(ann, 'garden')).toContainText('1 unread message');
  await expect(entry(ann, 'garden').locator('.newest')).toContainText('Bob: And tulips');
  await expect(entry(ann, 'kitchen').locator('.newest')).toContainText('Clio: Soup');
  await expect(entry(ann, 'kitchen')).not.toContainText('unread');
  const weight = (title: string) =>
    entry(ann, title)
      .getByRole('heading')
      .evaluate((heading) => Number(getComputedStyle(heading).fontWeight));
  expect(await weight('garden')).toBeGreaterThan(await weight('kitchen'));
});

test('the list is filtered while typing', async ({ server, ann }) => {
  await postsForms(server, 'garden', ['Roses']);
  await createsTopic(server, 'dessert', 'Crème brûlée', 'Sweet things.');
  await ann.page.goto('/');
  await ann.isLive();
  const search = ann.page.getByRole('searchbox', { name: 'Find topics' });
  for (const [text, found] of [
    ['#gar', ['garden']],
    ['SWEET creme', ['Crème brûlée']],
    ['', ['lobby', 'Crème brûlée', 'garden']],
  ] as const) {
    await search.fill(text);
    await expect(titles(ann)).toHaveText([...found]);
  }
  await search.fill('soup');
  await expect(ann.page.getByText('No topics match')).toBeVisible();
  await expect(titles(ann)).toHaveCount(0);
  // The page has all topics, so there are no others to search.
  await expect(ann.page.getByRole('button', { name: 'Search all topics' })).toHaveCount(0);
  expect(new URL(ann.page.url()).search).toBe('');
});

test('the keys of the search lead to the field, unless they are turned off', async ({ ann }) => {
  await ann.page.goto('/');
  await ann.isLive();
  const search = ann.page.getByRole('searchbox', { name: 'Find topics' });
  for (const key of ['/', 'Control+k']) {
    await ann.page.keyboard.press(key);
    await expect(search).toBeFocused();
    await expect(search).toHaveValue('');
    await search.blur();
  }
  await ann.page.evaluate(() => localStorage.setItem('chorus.settings', JSON.stringify({ keys: false })));
  await ann.page.reload();
  await ann.isLive();
  await ann.page.keyboard.press('/');
  await expect(search).not.toBeFocused();
  await ann.page.keyboard.press('Control+k');
  await expect(search).toBeFocused();
});

test('a search of all topics goes beyond the page', async ({ server, ann }) => {
  await createsTopic(server, 'pond', 'The pond');
  // More than a page of them, all used later.
  for (let n = 1; n <= 51; n += 1) await createsTopic(server, `note-${n}`, `Note ${n}`);
  await ann.page.goto('/');
  await ann.isLive();
  await ann.page.getByRole('searchbox', { name: 'Find topics' }).fill('pond');
  await expect(ann.page.getByText('No topics match')).toBeVisible();
  await ann.page.getByRole('button', { name: 'Search all topics' }).click();
  await expect(ann.page).toHaveURL(/\?q=pond$/);
  await expect(titles(ann)).toHaveText(['The pond']);
});

test('without a script the field searches on the server', async ({ server, newcomer }) => {
  await postsForms(server, 'garden', ['Roses']);
  await postsForms(server, 'kitchen', ['Soup']);
  const cleo = await newcomer({ javaScriptEnabled: false });
  await cleo.page.goto('/');
  await cleo.page.getByRole('searchbox', { name: 'Find topics' }).fill('GARD');
  await cleo.page.keyboard.press('Enter');
  await expect(titles(cleo)).toHaveText(['garden']);
  await expect(entry(cleo, 'garden').locator('.newest')).toContainText('Clio: Roses');
});

test('the chosen language sets texts and direction', async ({ newcomer }) => {
  const dora = await newcomer({ locale: 'de-AT' });
  await dora.page.goto('/');
  await dora.isLive();
  await expect(dora.page.getByRole('heading', { level: 1 })).toHaveText('Themen');
  await dora.page.getByRole('button', { name: 'العربية' }).click();
  await expect(dora.page.locator('html')).toHaveAttribute('dir', 'rtl');
  await dora.isLive();
  await expect(dora.page.getByRole('heading', { level: 1 })).toHaveText('المواضيع');
  const [title, window] = [await dora.page.getByRole('heading', { level: 1 }).boundingBox(), dora.page.viewportSize()];
  expect(title!.x + title!.width).toBeGreaterThan(window!.width / 2);
  await dora.opens('lobby');
  await expect(dora.page.locator('html')).toHaveAttribute('lang', 'ar');
});

test('without a script older messages are reachable by links', async ({ server, newcomer }) => {
  const cleo = await newcomer({ javaScriptEnabled: false });
  await postsForms(
    server,
    'lobby',
    Array.from({ length: 70 }, (_, index) => `note ${index + 1}`),
  );
  await cleo.opens('lobby');
  await cleo.page.getByRole('link', { name: 'Older', exact: true }).click();
  await expect(cleo.bodies.last()).toHaveText('note 40');
  await cleo.page.getByRole('link', { name: 'Older', exact: true }).click();
  await expect(cleo.bodies.first()).toHaveText('note 1');
  await expect(cleo.page.getByRole('link', { name: 'Older', exact: true })).toHaveCount(0);
  await cleo.page.getByRole('link', { name: 'Newer', exact: true }).click();
  await expect(cleo.bodies.first()).toHaveText('note 11');
  await cleo.page.getByRole('link', { name: 'Newest', exact: true }).click();
  await expect(cleo.bodies.last()).toHaveText('note 70');
});

test('an older page hydrates at its position', async ({ server, ann }) => {
  await postsForms(
    server,
    'lobby',
    Array.from({ length: 120 }, (_, index) => `note ${index + 1}`),
  );
  await ann.page.goto('/t/lobby?before=50');
  await ann.isConnected();
  await expect(ann.message('note 49')).toBeInViewport();
  await ann.publishes('from afar');
  await ann.sees('from afar');
});
