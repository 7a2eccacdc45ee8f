import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { createsTopic } from '../support/history';

const STRANGE = [
  '<b>bold</b> & <i>sloping</i>',
  '<img src="/none" onerror="window.struck = true">',
  '<script>window.struck = true</script>',
  '</script><script>window.struck = true</script>',
  '<!-- a comment --> <!doctype html> ]]>',
  '&lt;b&gt; &amp;amp; &#x41; &copy;',
  '"quotes" \'and\' `more \\ \\u003c ${1} {{ 2 }}',
  '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 e\u0301',
  '\u202eright to left\u202c and back',
  'שלום, \u2067world\u2069',
  '  two  spaces\tand a tab, kept'.trim(),
];

declare global {
  interface Window {
    struck?: boolean;
  }
}

test('message text is escaped, live and server-rendered', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  for (const text of STRANGE) await ann.publishes(text);
  await bob.seesAll(STRANGE);
  await bob.page.reload();
  await bob.isConnected();
  await bob.seesAll(STRANGE);
  for (const { page, log } of [ann, bob]) {
    await expect(log.locator('b, i, img, script')).toHaveCount(0);
    expect(await page.evaluate(() => window.struck)).toBeUndefined();
  }
});

test('a name is escaped too', async ({ ann, bob }) => {
  const name = '<img src="/none" onerror="struck = 1"> "Q"';
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.isNamed(name);
  await ann.publishes('Guess my name');
  await expect(bob.message('Guess my name').getByText(name, { exact: true })).toBeVisible();
  await ann.page.reload();
  await ann.isConnected();
  await expect(ann.nameField).toHaveValue(name);
  await expect(ann.message('Guess my name').getByText(name, { exact: true })).toBeVisible();
  await expect(bob.log.locator('img')).toHaveCount(0);
});

test('a direction override stays inside its message', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await ann.publishes('plain');
  await ann.publishes('\u202eoverride');
  await ann.publishes('שלום');
  const left = async (text: string) => {
    const boxes = ['Ann', text].map((inside) => ann.message(text).getByText(inside, { exact: true }).boundingBox());
    return (await Promise.all(boxes)).map((box) => Math.round(box!.x))[0];
  };
  await ann.sees('שלום');
  const usual = await left('plain');
  expect(await left('\u202eoverride')).toBe(usual);
  expect(await left('שלום')).toBe(usual);
});

test('a name with a direction override is rejected, and the message stays in the field', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.typesName('\u202eAnn');
  await ann.publishes('kept');
  await expect(ann.page.getByRole('alert')).toContainText('U+202E');
  await expect(ann.messageField).toHaveValue('kept');
  await ann.isNamed('Ann');
  await ann.messageField.press('Enter');
  await ann.sees('kept');
  await expect(ann.page.getByRole('alert')).toHaveCount(0);
});

test.describe('on a narrow screen', () => {
  test('unbroken words do not widen the page', async ({ newcomer }) => {
    const ann = await newcomer({ viewport: { width: 360, height: 740 }, isMobile: true });
    await ann.joins('lobby');
    await ann.isNamed('N'.repeat(64));
    const address = `https://example.org/${'a/'.repeat(500)}`;
    const texts = ['x'.repeat(5_000), '👩‍👩‍👧‍👦'.repeat(200), 'שׁ'.repeat(2_500), address];
    for (const text of texts) await ann.publishes(text);
    await ann.seesAll(texts);
    await ann.messageField.fill('y'.repeat(5_000));
    for (const element of [ann.page.locator('html'), ann.scroller, ann.bodies.first()]) {
      const [content, width] = await element.evaluate((it) => [it.scrollWidth, it.clientWidth]);
      expect(content).toBeLessThanOrEqual(width);
    }
    await expect(ann.writeButton).toBeInViewport({ ratio: 1 });
  });
});

/** Returns the positions of a text's characters. */
const edges = (text: Locator, of: string) =>
  text.evaluate((text, of) => {
    const all = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = all.nextNode(); node; node = all.nextNode()) {
      const at = node.textContent!.indexOf(of);
      if (at < 0) continue;
      const box = (from: number, to: number) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        return range.getBoundingClientRect();
      };
      const [whole, last] = [box(at, at + of.length), box(at + of.length - 1, at + of.length)];
      const { left, right } = text.getBoundingClientRect();
      return { fromLeft: whole.left - left, fromRight: right - whole.right, last: last.left - whole.left };
    }
    throw new Error(`"${of}" is not there`);
  }, of);

test('each line has the direction that it had in the field', async ({ ann }) => {
  await ann.joins('lobby');
  const lines = ['plain words', 'שלום לכולם', 'مرحبا بالجميع!', 'the last one'];
  for (const text of [lines.join('\n'), ['**bold**', ...lines].join('\n')]) {
    await ann.messageField.fill(text);
    await ann.messageField.press('Enter');
    const body = ann.bodies.last();
    await expect(ann.bodies.filter({ hasText: 'the last one' })).toHaveCount(text.includes('bold') ? 2 : 1);
    for (const line of [lines[0], lines[3]]) expect((await edges(body, line)).fromLeft, line).toBeLessThan(2);
    for (const line of [lines[1], lines[2]]) expect((await edges(body, line)).fromRight, line).toBeLessThan(2);
  }
});

test('each list item and each table cell has its own direction', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.publishes(['- plain words', '- שלום לכולם', '- the last one'].join('\n'));
  await ann.sees('plain words');
  const item = (text: string) => ann.bodies.last().getByRole('listitem').filter({ hasText: text });
  expect((await edges(item('plain words'), 'plain words')).fromLeft).toBeLessThan(2);
  expect((await edges(item('the last one'), 'the last one')).fromLeft).toBeLessThan(2);
  expect((await edges(item('שלום לכולם'), 'שלום לכולם')).fromRight).toBeLessThan(2);

  // The first row is long, so that each cell below is wider than its text.
  const row = `| ${'a wide column '.repeat(2)} `;
  await ann.publishes([`${row}${row}|`, '|---|---|', '| words | שלום |', '| مرحبا | last |'].join('\n'));
  await expect(ann.bodies.last().getByRole('cell')).toHaveCount(4);
  const cell = (text: string) => ann.bodies.last().getByRole('cell').filter({ hasText: text });
  // The border and the padding of a cell.
  const edge = 12;
  for (const text of ['words', 'last']) expect((await edges(cell(text), text)).fromLeft, text).toBeLessThan(edge);
  for (const text of ['שלום', 'مرحبا']) expect((await edges(cell(text), text)).fromRight, text).toBeLessThan(edge);
});

test('a description in another direction stays at the side where the page begins', async ({ ann, server }) => {
  await createsTopic(server, 'tea', 'Tea', 'שלום לכולם');
  await ann.page.goto('/');
  const about = ann.page.locator('.about').filter({ hasText: 'שלום לכולם' });
  await expect(about).toBeVisible();
  expect((await edges(about, 'שלום לכולם')).fromLeft).toBeLessThan(2);
});

test('each line of a search result and of a quote has its own direction', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.publishes(['שלום לכולם', 'plain words', 'tea'].join('\n'));
  await ann.replies('שלום לכולם plain words tea', 'an answer');
  const quote = ann.message('an answer').locator('.quote .said');
  await expect(quote).toHaveText('שלום לכולם \u2068plain words\u2069 \u2068tea\u2069');
  await ann.scroller.focus();
  await ann.page.keyboard.press('/');
  await ann.page.getByRole('searchbox', { name: 'Search messages' }).fill('tea');
  await ann.page.getByRole('searchbox', { name: 'Search messages' }).press('Enter');
  const snippet = ann.page.getByRole('list', { name: 'Search results' }).getByRole('link');
  await expect(snippet.locator('mark')).toHaveText('tea');
  expect((await edges(snippet, 'שלום לכולם')).fromRight).toBeLessThan(2);
  expect((await edges(snippet, 'plain words')).fromLeft).toBeLessThan(2);
});

test('an address in an Arabic line is written from left to right', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.publishes('انظر https://example.org/a/ ثم أجب');
  const link = ann.bodies.last().getByRole('link');
  const { last } = await edges(link, 'https://example.org/a/');
  expect(last, 'its last character is its rightmost').toBeGreaterThan(50);
});

test('overflowing marks stay in their row', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Z\u0301\u0323');
  for (const text of ['above', 'Z\u0301\u0323'.repeat(9), 'below']) await ann.publishes(text);
  await ann.sees('below');
  const bodies = ['above', 'below'].map((text) => ann.message(text).locator('.body'));
  const shown = async () => await Promise.all(bodies.map((body) => body.screenshot()));
  const isShown = (before: Buffer[]) => async () => (await shown()).every((picture, n) => picture.equals(before[n]));
  let before = await shown();
  // Until the log has come to rest.
  await expect
    .poll(async () => {
      const last = before;
      before = await shown();
      return before.every((picture, n) => picture.equals(last[n]));
    })
    .toBe(true);
  // Few fonts stack marks, and none here, so a text shadow stands in: it overflows as far and is clipped the same way.
  for (const text of [ann.messages.nth(1).locator('.body'), ann.messages.first().locator('.author')]) {
    await text.evaluate(
      (it) => (it.style.textShadow = [-4, -2.6, -1.9, 1.9, 2.6, 4].map((em) => `0 ${em}em red`).join()),
    );
  }
  await expect.poll(isShown(before)).toBe(true);
});
