import type { Page } from '@playwright/test';
import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

/** Returns the sum of all layout shifts since the page was opened (web.dev/cls). */
async function shifts(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        // Entries are reported after the frame that they belong to.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
}

for (const [size, viewport] of [
  ['phone', { width: 390, height: 844 }],
  ['desk', { width: 1280, height: 800 }],
] as const) {
  test(`${size}: no layout shift while the page loads and hydrates`, async ({ newcomer, bob }) => {
    await bob.joins('lobby');
    for (const text of ['one', '**two**\n\n- a\n- b', 'three', '```rust\nfn main() {}\n```']) {
      await bob.messageField.fill(text);
      await bob.writeButton.click();
    }
    await expect(bob.messages).toHaveCount(4);
    const ann = await newcomer({ viewport });
    // The notice that Ann has joined moves the messages up, which is intended.
    await ann.page.addInitScript(() => localStorage.setItem('chorus.settings', '{"presence":false}'));
    await ann.joins('lobby');
    await expect(ann.messages).toHaveCount(4);
    expect(await shifts(ann.page)).toBeLessThan(0.01);
  });

  test(`${size}: no layout shift while switching topics`, async ({ newcomer }) => {
    const ann = await newcomer({ viewport });
    for (const topic of ['rust', 'lobby']) {
      await ann.joins(topic);
      await ann.publishes(`about ${topic}`);
      await ann.sees(`about ${topic}`);
    }
    const before = await shifts(ann.page);
    await ann.page.goBack();
    await ann.page.goForward();
    await ann.isConnected();
    await ann.seesAll(['about lobby']);
    expect((await shifts(ann.page)) - before).toBeLessThan(0.01);
  });
}

for (const [size, viewport] of [
  ['phone', { width: 390, height: 844 }],
  ['desk', { width: 1200, height: 800 }],
] as const) {
  test(`${size}: the offline status leaves room for the topic's name`, async ({ newcomer, consoleGuard }) => {
    const ann = await newcomer({ viewport });
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.joins('what-we-eat-today');
    // It comes after the connection, and takes room from the name.
    await expect(ann.page.getByText('1 person here')).toBeVisible();
    const name = ann.page.getByRole('heading', { level: 1 });
    const width = async () => (await name.boundingBox())!.width;
    const before = await width();
    await ann.page.context().setOffline(true);
    await expect(ann.page.getByText('You are offline. Messages will be sent when you are back.')).toBeInViewport({
      ratio: 1,
    });
    await expect.poll(width).toBeGreaterThan(before - 1);
  });
}

const WINDOWS = [
  ['above a phone’s keyboard', { width: 390, height: 430 }],
  ['at four times the zoom', { width: 320, height: 256 }],
] as const;

for (const [what, viewport] of WINDOWS) {
  test(`${what} the log has half of the window`, async ({ newcomer }) => {
    const ann = await newcomer({ viewport });
    await ann.joins('lobby');
    const log = (await ann.scroller.boundingBox())!;
    expect(log.height).toBeGreaterThanOrEqual(viewport.height / 2);
    await expect(ann.writeButton).toBeInViewport({ ratio: 1 });
    await expect(ann.page.getByRole('heading', { level: 1 })).toBeInViewport();
    await fitsTheWindow(ann.page);
    // Focusing the header's last control scrolls it into view.
    await ann.topicMenu.focus();
    await expect(ann.topicMenu).toBeInViewport({ ratio: 1 });
  });
}

test('with letters twice as large a phone shows the title, and no more than its width', async ({ newcomer }) => {
  const ann = await newcomer({ viewport: { width: 390, height: 844 } });
  await ann.joins('lobby');
  await ann.publishes('hello');
  await ann.sees('hello');
  await ann.page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });
  await expect(ann.page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 });
  expect((await ann.page.getByRole('heading', { level: 1 }).boundingBox())!.width).toBeGreaterThan(100);
  await expect(ann.topicMenu).toBeInViewport({ ratio: 1 });
  await expect(ann.writeButton).toBeInViewport({ ratio: 1 });
  await fitsTheWindow(ann.page);
});

async function fitsTheWindow(page: Page): Promise<void> {
  const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  await expect.poll(async () => (await widths())[0]! <= (await widths())[1]!).toBe(true);
}

test('an empty field of a page from right to left begins at the right', async ({ newcomer }) => {
  const ann = await newcomer({ locale: 'ar' });
  await ann.opens('lobby');
  await ann.isLive();
  const field = ann.page.locator('#message');
  await expect(field).toHaveCSS('direction', 'rtl');
  await field.fill('left to right');
  await expect(field).toHaveCSS('direction', 'ltr');
});

test('print shows the whole log without controls', async ({ newcomer, server }) => {
  await postsForms(server, 'lobby', notes(30));
  const ann = await newcomer({ viewport: { width: 800, height: 500 } });
  await ann.joins('lobby');
  await ann.page.emulateMedia({ media: 'print' });
  await expect(ann.writeButton).toBeHidden();
  await expect(ann.topics).toBeHidden();
  await expect(async () => {
    const [log, last] = await Promise.all([ann.scroller, ann.message('note 30')].map((it) => it.boundingBox()));
    const first = (await ann.message('note 1').boundingBox())!;
    expect(first.y).toBeGreaterThanOrEqual(log!.y);
    expect(last!.y + last!.height).toBeLessThanOrEqual(log!.y + log!.height);
  }).toPass();
});

test('in forced colours badges and buttons keep a border', async ({ newcomer }) => {
  const ann = await newcomer({ forcedColors: 'active' });
  await ann.joins('lobby');
  await ann.publishes('hello');
  await ann.sees('hello');
  for (const part of [ann.writeButton, ann.messages.locator('.badge').first()]) {
    await expect(part).toHaveCSS('border-top-style', 'solid');
    await expect(part).toHaveCSS('border-top-width', '1px');
  }
});

test('phone: without a script the header is in order', async ({ newcomer, server }) => {
  await postsForms(server, 'lobby', notes(40));
  const ann = await newcomer({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  await ann.opens('lobby');
  const header = ann.page.locator('.topic > header');
  const [topics, title, older] = await Promise.all(
    [
      header.getByRole('button', { name: 'Topics' }),
      header.getByRole('heading'),
      header.getByRole('link', { name: 'Older' }),
    ].map(async (part) => (await part.boundingBox())!),
  );
  expect(topics!.x).toBeLessThan(title!.x);
  expect(topics!.y).toBeLessThan(older!.y);
});

test('own messages of one group are one block', async ({ ann }) => {
  await ann.joins('lobby');
  for (const text of ['one', 'two']) await ann.publishes(text);
  await ann.sees('two');
  await expect(ann.message('two')).toHaveAttribute('data-goes-on');
  await expect(async () => {
    const [one, two] = await Promise.all(['one', 'two'].map(async (text) => (await ann.message(text).boundingBox())!));
    expect(Math.abs(two!.y - (one!.y + one!.height))).toBeLessThan(0.5);
  }).toPass();
  await expect(ann.message('one')).toHaveCSS('border-bottom-left-radius', '0px');
  await expect(ann.message('two')).toHaveCSS('border-top-left-radius', '0px');
  await expect(ann.message('two')).not.toHaveCSS('border-bottom-left-radius', '0px');
});
