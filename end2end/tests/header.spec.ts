import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { createsTopic } from '../support/history';
import { mocksMemberships } from '../support/memberships';
import type { Person } from '../support/person';

const header = (person: Person) => person.page.locator('.topic > header');
const bell = (person: Person) => person.page.getByRole('button', { name: 'Notifications for this topic' });
const TITLE = 'Where the people of the garden talk about seeds, slugs, rain and everything else that grows';

type Box = { x: number; y: number; width: number; height: number };

async function boxOf(part: Locator): Promise<Box> {
  const box = await part.boundingBox();
  if (!box) throw new Error(`${part} is not shown`);
  return box;
}

function overlap(one: Box, other: Box): boolean {
  const [x, y] = [
    Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x),
    Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y),
  ];
  return x > 0.5 && y > 0.5;
}

for (const locale of ['en', 'ar']) {
  for (const fontSize of ['100%', '200%']) {
    for (const width of [320, 390, 820, 1440, 1920]) {
      test(`nothing overlaps at ${width} px, in ${locale}, with text of ${fontSize}`, async ({ server, newcomer }) => {
        await createsTopic(server, 'garden', TITLE, `${TITLE}, and some more words of it`);
        const hasTouch = width < 900;
        const ann = await newcomer({ locale, hasTouch, viewport: { width, height: 844 } });
        await mocksMemberships(ann.page, [{ topic: 'pond', unread: 4 }]);
        await ann.opens('garden');
        await ann.isLive();
        await expect(header(ann).locator('.here')).toBeVisible();
        await ann.page.evaluate((size) => {
          document.documentElement.style.fontSize = size;
        }, fontSize);
        const tools = await header(ann).locator('.tool:visible').all();
        expect(tools.length).toBe(width < 896 ? 5 : 4);
        const parts = [header(ann).locator('h1'), header(ann).locator('.about'), ...tools];
        const boxes = await Promise.all(parts.map(boxOf));
        const outer = await boxOf(header(ann));
        for (const [n, box] of boxes.entries()) {
          const what = await parts[n]?.evaluate((it) => it.outerHTML.slice(0, 60));
          expect(box.x, what).toBeGreaterThanOrEqual(outer.x);
          expect(box.x + box.width, what).toBeLessThanOrEqual(outer.x + outer.width);
          for (const other of boxes.slice(n + 1)) expect(overlap(box, other), what).toBe(false);
        }
        for (const box of hasTouch ? boxes.slice(2) : []) {
          expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
        }
        expect(boxes[0]?.width, 'the title has space').toBeGreaterThan(60);
        if (fontSize === '100%') expect(outer.height, 'it is one row').toBeLessThanOrEqual(64);
        const [page, window] = await ann.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        expect(page).toBeLessThanOrEqual(window ?? 0);
      });
    }
  }
}

test('the title is at the start, the description below it, and the tools at the end', async ({ server, newcomer }) => {
  await createsTopic(server, 'garden', 'The garden', 'Seeds and slugs');
  const ann = await newcomer({ viewport: { width: 1920, height: 900 } });
  await ann.joins('garden');
  const main = await boxOf(ann.page.getByRole('main'));
  const [title, about, more] = await Promise.all(
    [header(ann).locator('h1'), header(ann).locator('.about'), ann.topicMenu].map(boxOf),
  );
  expect(title?.x).toBeLessThan(main.x + 24);
  expect(about?.x).toBe(title?.x);
  expect(about?.y).toBeGreaterThanOrEqual((title?.y ?? 0) + (title?.height ?? 0));
  expect((more?.x ?? 0) + (more?.width ?? 0)).toBeGreaterThan(main.x + main.width - 24);
});

test('a phone’s way back tells what is unread elsewhere', async ({ newcomer }) => {
  const ann = await newcomer({ viewport: { width: 390, height: 844 } });
  const connection = await mocksMemberships(ann.page, [
    { topic: 'attic', unread: 3 },
    { topic: 'barn', unread: 4 },
    { topic: 'cave', unread: 9, follow: 'muted' },
    { topic: 'lobby', unread: 5 },
  ]);
  await ann.joins('lobby');
  const back = ann.page.getByRole('main').getByRole('button', { name: /^Topics/ });
  await expect(back).toHaveAccessibleName(/^Topics\s*7 unread messages$/);
  connection.sendsMembership({ topic: 'barn', unread: 4, mentions: 2 });
  await expect(back).toHaveAccessibleName(/^Topics\s*2 mentions of you$/);
  await back.click();
  await ann.topic('barn').click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('barn');
  await expect(back).toHaveAccessibleName(/^Topics\s*8 unread messages$/);
});

test('the bell says how the topic is followed, and its menu changes that by keys', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isFollowing('Not following');
  await ann.publishes('hello');
  await ann.isFollowing('Following');
  await bell(ann).focus();
  await ann.page.keyboard.press('Enter');
  const menu = ann.page.getByRole('menu', { name: 'Notifications for this topic' });
  const item = (name: string) => menu.getByRole('menuitemradio', { name: new RegExp(`^${name}`) });
  await expect(item('Following')).toBeFocused();
  await expect(item('Following')).toBeChecked();
  await expect(bell(ann)).toHaveAttribute('aria-expanded', 'true');
  await ann.page.keyboard.press('ArrowDown');
  await expect(item('Muted')).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(menu).toBeHidden();
  await ann.isFollowing('Muted');
  await expect(bell(ann)).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(item('Muted')).toBeChecked();
  await ann.page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await expect(bell(ann)).toBeFocused();
});

test('the topic’s menu copies its link', async ({ newcomer }) => {
  const ann = await newcomer({ permissions: ['clipboard-read', 'clipboard-write'] });
  await ann.joins('lobby');
  await ann.choosesFromTopicMenu('Copy link');
  await expect(ann.page.getByRole('menuitem', { name: 'Copied' })).toBeVisible();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/t\/lobby$/);
});

test('search is one click away', async ({ ann }) => {
  await ann.joins('lobby');
  await header(ann).getByRole('link', { name: 'Search' }).click();
  await expect(ann.page.getByRole('searchbox', { name: 'Search messages' })).toBeFocused();
});

test('without a script there are only controls that work', async ({ newcomer }) => {
  const ann = await newcomer({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  await ann.opens('lobby');
  await expect(header(ann).locator('button:visible')).toHaveCount(0);
  await header(ann).getByRole('link', { name: 'Search' }).click();
  await expect(ann.page).toHaveURL(/\/search$/);
  await ann.page.goBack();
  await header(ann).getByRole('button', { name: 'Topics' }).click();
  await expect(ann.page).toHaveURL(/\/$/);
});
