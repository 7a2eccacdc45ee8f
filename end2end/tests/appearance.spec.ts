import type { Page } from '@playwright/test';
import { SERVER_GONE } from '../support/console-guard';
import { contrast } from '../support/contrast';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

const SCREENS = {
  'a phone': { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  'a desktop': { viewport: { width: 1280, height: 800 } },
};
const SCHEMES = ['light', 'dark'] as const;

async function fits(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [
      { x: scrollWidth, y: scrollHeight },
      { x: innerWidth, y: innerHeight },
    ];
  });
  expect(content.x).toBeLessThanOrEqual(window.x);
  expect(content.y).toBeLessThanOrEqual(window.y);
}

for (const [screen, options] of Object.entries(SCREENS)) {
  for (const colorScheme of SCHEMES) {
    test(`on ${screen} in ${colorScheme} everything is in view and readable`, async ({ server, newcomer }) => {
      await postsForms(server, 'lobby', notes(20));
      const ann = await newcomer({ ...options, colorScheme });
      await ann.joins('lobby');
      await (await newcomer()).joins('lobby');
      await ann.isNamed('Ann');
      await ann.publishes('My own words');
      await ann.sees('My own words');
      const { page } = ann;
      const heading = page.getByRole('heading', { level: 1 });
      const people = page.getByRole('button', { name: '2 people here' });
      for (const part of [heading, people, ann.nameButton, ann.messageField, ann.writeButton]) {
        await expect(part).toBeInViewport({ ratio: 1 });
      }
      await expect(ann.message('My own words')).toBeInViewport({ ratio: 1 });
      await fits(page);
      const theirs = ann.message('note 20');
      const texts = [
        theirs.getByText('note 20'),
        theirs.getByText('Clio'),
        theirs.getByRole('time'),
        ann.message('My own words').getByText('My own words'),
        ann.log.getByText(/joined$/),
        heading,
        people,
        ann.nameButton.locator('.badge'),
        ann.messageField,
        ann.writeButton,
      ];
      for (const text of texts) {
        expect(await contrast(text.first()), String(text)).toBeGreaterThanOrEqual(4.5);
      }
    });
  }
}

for (const colorScheme of SCHEMES) {
  test(`in ${colorScheme} errors and pending messages are readable`, async ({ server, newcomer, consoleGuard }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    const ann = await newcomer({ colorScheme });
    await ann.joins('lobby');
    await ann.typesName('\u202e');
    await ann.publishes('kept');
    expect(await contrast(ann.page.getByRole('alert'))).toBeGreaterThanOrEqual(4.5);
    await ann.isNamed('Ann');
    await server.kill();
    await ann.isOffline();
    await ann.publishes('waiting');
    await ann.seesWaiting('waiting');
    expect(await contrast(ann.status)).toBeGreaterThanOrEqual(4.5);
    expect(await contrast(ann.pending('waiting').getByText('Will be sent automatically'))).toBeGreaterThanOrEqual(4.5);
    expect(await contrast(ann.pending('waiting').getByText('waiting', { exact: true }))).toBeGreaterThanOrEqual(4.5);
  });
}

test('dark is dark and light is light', async ({ newcomer }) => {
  const brightness: Record<string, number> = {};
  for (const colorScheme of SCHEMES) {
    const ann = await newcomer({ colorScheme });
    await ann.opens('lobby');
    const background = await ann.page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor);
    brightness[colorScheme] = Number(background.match(/\d+/)?.[0]);
  }
  expect(brightness.light).toBeGreaterThan(200);
  expect(brightness.dark).toBeLessThan(60);
});

test('a phone with large fields does not zoom in, and fingers find the button', async ({ newcomer }) => {
  const ann = await newcomer(SCREENS['a phone']);
  await ann.joins('lobby');
  await ann.messageField.focus();
  for (const field of [ann.nameField, ann.messageField]) {
    const size = await field.evaluate((it) => Number.parseFloat(getComputedStyle(it).fontSize));
    expect(size).toBeGreaterThanOrEqual(16);
  }
  const button = await ann.writeButton.boundingBox();
  expect(button!.height).toBeGreaterThanOrEqual(40);
  await ann.messageField.fill('line\n'.repeat(60));
  await expect(ann.writeButton).toBeInViewport({ ratio: 1 });
  await fits(ann.page);
});
