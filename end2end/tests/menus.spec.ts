import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

const PHONE = { width: 390, height: 844 };

const box = async (of: Locator) => (await of.boundingBox())!;

test.describe('the menu of a message', () => {
  for (const [size, viewport] of [
    ['phone', PHONE],
    ['desktop', { width: 1280, height: 720 }],
  ] as const) {
    test(`is fully visible at the newest message and at the oldest in view (${size})`, async ({ newcomer, server }) => {
      await postsForms(server, 'lobby', notes(30));
      const ann = await newcomer({ viewport });
      await ann.joins('lobby');
      await ann.publishes('mine');
      await ann.sees('mine');
      const menu = await ann.opensMenu('mine');
      for (const name of ['Reply', 'Copy link', 'Edit', 'Delete', 'More emoji']) {
        const button = menu.getByRole(name === 'More emoji' ? 'button' : 'menuitem', { name });
        await expect(button).toBeInViewport({ ratio: 1 });
        // No other element covers it.
        await button.click({ trial: true });
      }
      await menu.getByRole('button', { name: 'More emoji' }).click();
      await expect(menu.getByRole('searchbox')).toBeFocused();
      await expect(menu.getByRole('menuitem', { name: 'Delete' })).toBeInViewport({ ratio: 1 });
    });

    test(`is fully visible at the first message, with the emoji found (${size})`, async ({ newcomer }) => {
      const ann = await newcomer({ viewport });
      await ann.joins('lobby');
      for (const text of ['first', 'second']) await ann.publishes(text);
      await ann.sees('second');
      const menu = await ann.opensMenu('first');
      for (const name of ['Reply', 'Copy link', 'Edit', 'Delete', 'More emoji']) {
        const button = menu.getByRole(name === 'More emoji' ? 'button' : 'menuitem', { name });
        await expect(button).toBeInViewport({ ratio: 1 });
        await button.click({ trial: true });
      }
      await menu.getByRole('button', { name: 'More emoji' }).click();
      await menu.getByRole('searchbox').fill('a');
      const found = menu.locator('.found');
      await expect(found.getByRole('button').first()).toBeInViewport({ ratio: 1 });
      await expect(found).toBeInViewport({ ratio: 1 });
      await expect(menu.getByRole('searchbox')).toBeInViewport({ ratio: 1 });
    });

    test(`has the emoji in a row, and one row below them for each action (${size})`, async ({ newcomer }) => {
      const ann = await newcomer({ viewport });
      await ann.joins('lobby');
      await ann.publishes('mine');
      await ann.sees('mine');
      const menu = await ann.opensMenu('mine');
      const items = menu.getByRole('menu', { name: 'Message actions' }).getByRole('menuitem');
      await expect(items).toHaveText(['Reply', 'Copy link', 'Copy text', 'Edit', 'Delete']);
      const rows = await Promise.all((await items.all()).map(box));
      const emoji = await box(menu.getByRole('button', { name: 'React with 👍' }));
      for (const [n, row] of rows.entries()) {
        const above = rows[n - 1] ?? emoji;
        expect(row.y).toBeGreaterThanOrEqual(above.y + above.height);
        expect([row.x, row.width]).toEqual([rows[0]!.x, rows[0]!.width]);
      }
    });
  }

  test('is operated by keys', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.publishes('mine');
    await ann.sees('mine');
    const menu = await ann.opensMenu('mine');
    const item = (name: string) => menu.getByRole('menuitem', { name, exact: true });
    const emoji = (picture: string) => menu.getByRole('button', { name: `React with ${picture}` });
    await expect(emoji('👍')).toBeFocused();
    for (const [key, stop] of [
      ['ArrowRight', emoji('❤️')],
      ['ArrowDown', item('Reply')],
      ['ArrowUp', emoji('👍')],
      ['ArrowUp', item('Delete')],
      ['ArrowDown', emoji('👍')],
      ['End', item('Delete')],
      ['Home', emoji('👍')],
      ['c', item('Copy link')],
      ['C', item('Copy text')],
      ['c', item('Copy link')],
      ['e', item('Edit')],
      ['x', item('Edit')],
    ] as const) {
      await ann.page.keyboard.press(key);
      await expect(stop, key).toBeFocused();
    }
    await ann.page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
    await expect(ann.menuButton(ann.message('mine'))).toBeFocused();
    await expect(ann.messageField).toHaveValue('');
  });

  test('that is not shown yet is closed by Escape', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.publishes('hello');
    await ann.sees('hello');
    const button = ann.menuButton(ann.message('hello'));
    await button.evaluate((it: HTMLElement) => {
      it.focus();
      it.click();
      it.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    });
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await expect(ann.page.getByRole('group', { name: 'Message actions' })).toHaveCount(0);
    await button.click();
    await expect(ann.menu(ann.message('hello'))).toBeVisible();
  });

  test('closes with a click elsewhere, and opening another replaces it', async ({ ann, server }) => {
    await postsForms(server, 'lobby', notes(3));
    await ann.joins('lobby');
    const menus = ann.page.getByRole('group', { name: 'Message actions' });
    await ann.opensMenu('note 3');
    await expect(menus).toHaveCount(1);
    await ann.page.getByRole('heading', { level: 1 }).click();
    await expect(menus).toHaveCount(0);
    await ann.opensMenu('note 2');
    await ann.opensMenu('note 1');
    await expect(menus).toHaveCount(1);
    await expect(ann.menu(ann.message('note 1'))).toBeVisible();
    await ann.menuButton(ann.message('note 1')).click();
    await expect(menus).toHaveCount(0);
  });
});

test('the list of people is at its button', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  const button = ann.page.getByRole('button', { name: '2 people here' });
  await button.click();
  const people = ann.page.getByRole('region', { name: 'People here' });
  await expect(people.getByRole('listitem')).toHaveCount(2);
  await expect(async () => {
    const [at, list] = [await box(button), await box(people)];
    expect(Math.abs(list.y - (at.y + at.height))).toBeLessThan(16);
    expect(Math.abs(list.x + list.width - (at.x + at.width))).toBeLessThan(16);
  }).toPass();
  const badge = people.locator('.badge').first();
  await expect(badge).toHaveCSS('border-radius', '50%');
});

test('suggestions cause no layout shift', async ({ newcomer }) => {
  const ann = await newcomer({ viewport: PHONE });
  await ann.joins('lobby');
  await ann.publishes('hello');
  await ann.sees('hello');
  const field = await box(ann.messageField);
  const message = await box(ann.message('hello'));
  await ann.messageField.pressSequentially(':he');
  await expect(ann.offers.first()).toBeInViewport({ ratio: 1 });
  expect(await box(ann.messageField)).toEqual(field);
  expect(await box(ann.message('hello'))).toEqual(message);
  const [last, text] = [await box(ann.offers.last()), await box(ann.messageField)];
  expect(last.y + last.height).toBeLessThanOrEqual(text.y);
});

test('a grouped message shows its time and edited mark on hover', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.publishes('first');
  await ann.publishes('second');
  await ann.sees('second');
  const second = ann.message('second');
  await expect(second).toHaveAttribute('data-goes-on');
  await expect(second.locator('.permalink')).toHaveCSS('opacity', '0');
  await expect(async () => {
    await second.hover();
    await expect(second.locator('.permalink')).toHaveCSS('opacity', '1', { timeout: 1_000 });
  }).toPass();
  await ann.edits('second', 'changed');
  const edited = ann.message('changed').locator('.edited');
  await expect(edited).toBeInViewport({ ratio: 1 });
  await expect.poll(async () => (await box(edited)).width).toBeGreaterThan(20);
});

test('a grouped message shows its time and edited mark on a touch screen, without hover', async ({ ann, newcomer }) => {
  const bob = await newcomer({ viewport: PHONE, hasTouch: true, isMobile: true });
  await bob.joins('lobby');
  expect(await bob.page.evaluate(() => matchMedia('(hover: none)').matches)).toBe(true);
  await ann.joins('lobby');
  await ann.publishes('first');
  await ann.publishes('second');
  const second = bob.message('second');
  await expect(second).toHaveAttribute('data-goes-on');
  const time = second.locator('.permalink');
  await expect(time).toHaveCSS('opacity', '1');
  await expect(time).toBeInViewport();
  await ann.edits('second', 'changed');
  await bob.page.bringToFront();
  const edited = bob.message('changed').locator('.edited');
  await expect(edited).toBeInViewport({ ratio: 1 });
  await expect.poll(async () => (await box(edited)).width).toBeGreaterThan(20);
});

test('a click on a quoted message goes there, also from the end', async ({ ann, server }) => {
  await postsForms(server, 'lobby', notes(30));
  await ann.joins('lobby');
  await ann.scrollsUpTo('note 3');
  await ann.replies('note 3', 'an answer');
  await ann.sees('an answer');
  await expect(ann.message('an answer')).toBeInViewport({ ratio: 1 });
  await ann.message('an answer').locator('.quote').click();
  await expect(ann.message('note 3')).toBeInViewport({ ratio: 1 });
  await expect(ann.message('note 3')).toHaveAttribute('data-target');
});
