import { isAccessible, SCREENS } from '../support/axe';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

const section = (person: Person, name: string) => person.topics.getByRole('button', { name, exact: true });
const rows = (person: Person, name: string) => person.topics.getByRole('list', { name }).getByRole('listitem');

/** Follows topics, and shows the last one. */
async function follows(person: Person, ...topics: string[]): Promise<void> {
  for (const topic of topics) {
    await person.joins(topic);
    await person.publishes(`begins ${topic}`);
    await person.sees(`begins ${topic}`);
    await person.isFollowing('Following');
  }
}

test('a favourite is at the top of the list, in all tabs and from the first byte', async ({ ann }) => {
  await follows(ann, 'lobby', 'rust', 'tea');
  const tab = await ann.opensTab();
  await tab.joins('lobby');
  await tab.hasAllParts();
  await expect(rows(ann, 'Topics')).toHaveText(['lobby', 'rust', 'tea']);
  await expect(section(ann, 'Favourites')).toHaveCount(0);
  await ann.choosesFromTopicMenu('Add to favourites');
  await expect(ann.topicMenu).toBeFocused();
  for (const person of [ann, tab]) {
    await expect(rows(person, 'Favourites')).toHaveText(['tea']);
    await expect(rows(person, 'Topics')).toHaveText(['lobby', 'rust']);
  }
  // The keys that go to the topic below follow the list.
  await ann.page.keyboard.press('Alt+ArrowDown');
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('lobby');
  await tab.choosesFromTopicMenu('Add to favourites');
  for (const person of [ann, tab]) await expect(rows(person, 'Favourites')).toHaveText(['lobby', 'tea']);
  const markup = await (await ann.page.request.get('/t/lobby')).text();
  expect(markup.match(/<ul aria-label="Favourites">[\s\S]*?<\/ul>/)?.[0]).toContain('href="/t/tea"');
  await ann.joins('lobby');
  await expect(rows(ann, 'Favourites')).toHaveText(['lobby', 'tea']);
  await ann.choosesFromTopicMenu('Remove from favourites');
  await expect(rows(ann, 'Favourites')).toHaveText(['tea']);
  await expect(rows(ann, 'Topics')).toHaveText(['lobby', 'rust']);
});

test('a topic that is not followed is followed when it becomes a favourite', async ({ ann, server }) => {
  await ann.joins('rust');
  await ann.topicMenu.click();
  await expect(ann.page.getByRole('menuitem', { name: 'Add to favourites' })).toBeDisabled();
  await ann.page.keyboard.press('Escape');
  await postsForms(server, 'rust', notes(1));
  await ann.sees('note 1');
  await ann.choosesFromTopicMenu('Add to favourites');
  await ann.isFollowing('Following');
  await expect(rows(ann, 'Favourites')).toHaveText(['rust']);
  await expect(section(ann, 'Topics')).toBeHidden();
  await ann.joins('lobby');
  await expect(rows(ann, 'Favourites')).toHaveText(['rust']);
  await expect(rows(ann, 'Topics')).toHaveText(['lobby']);
});

test('a closed section shows what is unread and the topic that is open, also after a reload', async ({
  ann,
  server,
}) => {
  await follows(ann, 'lobby', 'rust', 'tea');
  await ann.hasAllParts();
  await section(ann, 'Topics').click();
  await expect(section(ann, 'Topics')).toHaveAttribute('aria-expanded', 'false');
  await expect(rows(ann, 'Topics')).toHaveText(['tea']);
  await postsForms(server, 'lobby', notes(1));
  await expect(rows(ann, 'Topics')).toHaveText([/^lobby/, 'tea']);
  const markup = await (await ann.page.request.get('/t/tea')).text();
  expect(markup).toMatch(/<button[^>]*aria-expanded="false"[^>]*>(?:(?!<\/button>)[\s\S])*Topics/);
  await ann.page.reload();
  await ann.isConnected();
  await expect(section(ann, 'Topics')).toHaveAttribute('aria-expanded', 'false');
  await expect(rows(ann, 'Topics')).toHaveText([/^lobby/, 'tea']);
  await ann.hasAllParts();
  await section(ann, 'Topics').click();
  await expect(rows(ann, 'Topics')).toHaveText([/^lobby/, 'rust', 'tea']);
  expect(await (await ann.page.request.get('/t/tea')).text()).not.toContain('data-closed');
});

test('a closed section is open without a script, which would open it', async ({ ann }) => {
  await follows(ann, 'lobby', 'rust');
  await ann.hasAllParts();
  await section(ann, 'Topics').click();
  await expect(rows(ann, 'Topics')).toHaveText(['rust']);
  const storageState = await ann.page.context().storageState();
  const plain = await ann.page.context().browser()!.newContext({ storageState, javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(new URL('/t/rust', ann.page.url()).href);
  await expect(page.getByRole('list', { name: 'Topics' }).getByRole('listitem')).toHaveText(['lobby', 'rust']);
  await plain.close();
});

test('the list is operated by keys', async ({ ann }) => {
  await follows(ann, 'lobby', 'rust', 'tea');
  await ann.hasAllParts();
  await ann.choosesFromTopicMenu('Add to favourites');
  await section(ann, 'Favourites').focus();
  for (const [key, stop] of [
    ['ArrowDown', ann.topic('tea')],
    ['ArrowDown', section(ann, 'Topics')],
    ['ArrowDown', ann.topic('lobby')],
    ['End', ann.topic('rust')],
    ['ArrowDown', ann.topic('rust')],
    ['Home', section(ann, 'Favourites')],
    ['ArrowUp', section(ann, 'Favourites')],
    ['End', ann.topic('rust')],
    ['ArrowUp', ann.topic('lobby')],
    ['ArrowUp', section(ann, 'Topics')],
  ] as const) {
    await ann.page.keyboard.press(key);
    await expect(stop, key).toBeFocused();
  }
  for (const [key, open] of [
    ['ArrowLeft', 'false'],
    ['ArrowLeft', 'false'],
    ['ArrowRight', 'true'],
    ['Enter', 'false'],
    ['Space', 'true'],
  ] as const) {
    await ann.page.keyboard.press(key);
    await expect(section(ann, 'Topics'), key).toHaveAttribute('aria-expanded', open);
  }
  await expect(section(ann, 'Topics')).toBeFocused();
});

for (const { screen, options } of SCREENS) {
  test(`the sections are accessible on ${screen}`, async ({ newcomer }) => {
    const ann = await newcomer(options);
    await follows(ann, 'lobby', 'rust');
    await ann.choosesFromTopicMenu('Add to favourites');
    if (await ann.topics.isHidden()) await ann.page.getByRole('button', { name: /^Topics/ }).click();
    await expect(rows(ann, 'Favourites')).toHaveText(['rust']);
    await isAccessible(ann, 'open');
    await section(ann, 'Topics').click();
    await expect(ann.topic('lobby')).toBeHidden();
    await isAccessible(ann, 'closed');
  });
}
