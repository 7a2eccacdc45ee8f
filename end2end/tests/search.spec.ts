import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import { holdsLazyPart } from '../support/lazy-parts';
import type { Person } from '../support/person';

const panel = (person: Person) => person.page.getByRole('dialog', { name: 'Search' });
const field = (person: Person) => panel(person).getByRole('searchbox', { name: 'Search messages' });
const hits = (person: Person) => panel(person).getByRole('list', { name: 'Search results' }).getByRole('listitem');

async function opensSearch(person: Person): Promise<void> {
  await person.scroller.focus();
  await person.page.keyboard.press('/');
  await expect(field(person)).toBeFocused();
}

async function searches(person: Person, query: string): Promise<void> {
  await opensSearch(person);
  await field(person).fill(query);
  await field(person).press('Enter');
}

test('a hit far up opens in place with its context', async ({ server, ann }) => {
  await postsForms(server, 'lobby', ['We met at the old mill', ...notes(120)]);
  await ann.joins('lobby');
  await ann.messageField.fill('half a thought');
  await ann.seesNot('We met at the old mill');
  await searches(ann, 'MILL met');
  await expect(hits(ann)).toHaveCount(1);
  await expect(hits(ann).locator('mark')).toHaveText(['met', 'mill']);
  await ann.page.evaluate(() => Object.assign(window, { same: true }));
  await hits(ann).getByRole('link').press('Enter');
  await expect(panel(ann)).toBeHidden();
  await expect(ann.message('We met at the old mill')).toBeInViewport({ ratio: 1 });
  await expect(ann.message('We met at the old mill')).toBeFocused();
  await expect(ann.message('note 1')).toBeInViewport();
  await expect(ann.page).toHaveURL(/\/t\/lobby\/1#m1$/);
  await expect(ann.messageField).toHaveValue('half a thought');
  expect(await ann.page.evaluate(() => 'same' in window), 'on the same page').toBe(true);
});

test('hits can be visited in turn, again, and in other topics', async ({ server, ann }) => {
  await postsForms(server, 'garden', ['Tulips are up', ...notes(3)]);
  await postsForms(server, 'lobby', ['Who likes tulips?', ...notes(60)]);
  await ann.joins('lobby');
  await searches(ann, 'tulips');
  await expect(hits(ann)).toHaveCount(2);
  const opens = async (where: string, text: string) => {
    await hits(ann).filter({ hasText: where }).getByRole('link').click();
    await expect(panel(ann)).toBeHidden();
    await expect(ann.message(text)).toBeInViewport({ ratio: 1 });
  };
  await opens('#lobby', 'Who likes tulips?');
  // The log may still scroll to the message.
  await expect(async () => {
    await ann.scrollsUp(-5_000);
    await expect(ann.message('Who likes tulips?')).not.toBeInViewport({ timeout: 1_000 });
  }).toPass();
  await opensSearch(ann);
  await expect(field(ann)).toHaveValue('tulips');
  await opens('#lobby', 'Who likes tulips?');
  await opensSearch(ann);
  await opens('#garden', 'Tulips are up');
  await expect(ann.page).toHaveURL(/\/t\/garden\/1#m1$/);
  await opensSearch(ann);
  await panel(ann).getByRole('checkbox', { name: 'Only in garden' }).check();
  await field(ann).press('Enter');
  await expect(hits(ann)).toHaveCount(1);
});

test('many hits load page by page', async ({ server, ann }) => {
  await postsForms(server, 'lobby', notes(45));
  await ann.joins('lobby');
  await searches(ann, 'note');
  const more = panel(ann).getByRole('button', { name: 'Older messages' });
  for (const count of [20, 40]) {
    await expect(hits(ann)).toHaveCount(count);
    await more.click();
  }
  await expect(hits(ann)).toHaveCount(45);
  await expect(more).toBeHidden();
  const texts = await hits(ann).locator('.snippet').allTextContents();
  expect(texts.map((text) => text.trim())).toEqual(notes(45).reverse());
});

test('empty results, invalid queries and failures show a message', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await bob.joins('lobby');
  await bob.publishes('<b>Fish</b> & "chips"');
  await bob.sees('<b>Fish</b> & "chips"');
  await ann.joins('lobby');
  await searches(ann, 'nowhere');
  const note = panel(ann).getByRole('status');
  await expect(note).toHaveText(/^No results for “\u2068?nowhere\u2069?”\./);
  await field(ann).fill('"');
  await field(ann).press('Enter');
  await expect(note).toContainText('Type a word to search for, or from:name.');
  await expect(field(ann)).toHaveAttribute('aria-invalid', 'true');
  await field(ann).fill('after:yesterday fish');
  await field(ann).press('Enter');
  await expect(note).toContainText('after:2026-01-01');
  await field(ann).fill('<b>fish" OR chips*');
  await field(ann).press('Enter');
  await expect(note).toContainText('No results for');
  await field(ann).fill('fish chips');
  await field(ann).press('Enter');
  await expect(hits(ann).locator('.snippet')).toHaveText(['<b>Fish</b> & "chips"']);
  await ann.page.context().setOffline(true);
  await expect(ann.status).not.toHaveText('Connected');
  await field(ann).press('Enter');
  await expect(note).toContainText('Try again in a moment.');
});

/** Two time zones 25 hours apart, so their dates always differ. */
const FIRST_ZONE = 'Pacific/Kiritimati';
const LAST_ZONE = 'Pacific/Pago_Pago';

for (const timezoneId of [FIRST_ZONE, LAST_ZONE]) {
  test(`dates in a search are days of the reader in ${timezoneId}`, async ({ server, newcomer }) => {
    await postsForms(server, 'lobby', ['green tea']);
    const ann = await newcomer({ timezoneId, locale: 'en-GB' });
    await ann.joins('lobby');
    const at = (await ann.message('green tea').getByRole('time').getAttribute('datetime')) ?? '';
    // The day of the message in the first zone has not begun yet in the last one. Swedish dates are ISO dates.
    const day = new Date(at).toLocaleDateString('sv-SE', { timeZone: FIRST_ZONE });
    const [none, one] = timezoneId === FIRST_ZONE ? ['before', 'after'] : ['after', 'before'];
    await searches(ann, `tea ${none}:${day}`);
    await expect(panel(ann).getByRole('status').filter({ hasText: 'No results for' })).toBeVisible();
    await field(ann).fill(`tea ${one}:${day}`);
    await field(ann).press('Enter');
    await expect(hits(ann)).toHaveCount(1);
    const found = ann.page.getByRole('list', { name: 'Search results' }).getByRole('listitem');
    for (const [filter, count] of [
      [none, 0],
      [one, 1],
    ] as const) {
      await ann.page.goto('/search');
      await ann.isLive();
      await ann.page.getByRole('searchbox', { name: 'Search messages' }).fill(`tea ${filter}:${day}`);
      await ann.page.getByRole('searchbox', { name: 'Search messages' }).press('Enter');
      await expect(ann.page).toHaveURL(/offsets=/);
      await expect(found).toHaveCount(count);
      await expect(ann.page.getByText('No results for')).toHaveCount(1 - count);
    }
  });
}

test('a day begins at one where clocks go forward at midnight', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'America/Santiago', locale: 'en-GB' });
  for (const [query, offsets] of [
    // Summer time begins at midnight; until then it was four hours before UTC.
    ['after:2026-09-06', '-240'],
    ['after:2026-09-07', '-180'],
    ['before:٢٠٢٦-٠٩-٠٧', '-180'],
    // A day within a phrase is none.
    ['"due before:2026-06-01" after:2026-09-07', '-180'],
    ['before:"2026-06-01" after:2026-09-07', '-240,-180'],
  ]) {
    await ann.page.goto('/search');
    await ann.isLive();
    await ann.page.getByRole('searchbox', { name: 'Search messages' }).fill(`tea ${query}`);
    await ann.page.getByRole('searchbox', { name: 'Search messages' }).press('Enter');
    await expect(ann.page, query).toHaveURL((url) => url.searchParams.get('offsets') === offsets);
  }
});

test('without a script search is a page with a way back', async ({ server, newcomer }) => {
  await postsForms(server, 'garden', ['Tulips are up', ...notes(40)]);
  const cleo = await newcomer({ javaScriptEnabled: false });
  await cleo.page.goto('/t/garden');
  await cleo.page.getByRole('link', { name: 'Search' }).click();
  await cleo.page.getByRole('searchbox', { name: 'Search messages' }).fill('tulips');
  await cleo.page.getByRole('searchbox', { name: 'Search messages' }).press('Enter');
  const found = cleo.page.getByRole('list', { name: 'Search results' }).getByRole('listitem');
  await expect(found).toHaveCount(1);
  await expect(found.locator('mark')).toHaveText(['Tulips']);
  await found.getByRole('link').click();
  await expect(cleo.message('Tulips are up')).toBeInViewport({ ratio: 1 });
});

test('what is typed before the dialog has come is searched for, not published', async ({ server, ann }) => {
  await postsForms(server, 'lobby', ['We met at the old mill', ...notes(3)]);
  const release = await holdsLazyPart(ann);
  await ann.joins('lobby');
  await ann.scroller.focus();
  for (const key of ['/', 'm', 'i', 'l', 'l', 'Enter']) await ann.page.keyboard.press(key);
  await expect(ann.messageField).toHaveValue('');
  release();
  await expect(hits(ann)).toHaveCount(1);
  await expect(field(ann)).toHaveValue('mill');
  await expect(field(ann)).toBeFocused();
  await expect(ann.messages).toHaveCount(4);
});
