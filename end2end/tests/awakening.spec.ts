import type { Page } from '@playwright/test';
import { notes, wasSaid } from '../support/history';
import type { Person } from '../support/person';
import { expect, test } from '../support/stage';

/** Keeps the page's WebAssembly back until it is let go. */
async function asleep(page: Page): Promise<() => void> {
  let awake = () => {};
  const morning = new Promise<void>((resolve) => (awake = resolve));
  await page.route('**/*.wasm', async (route) => {
    await morning;
    await route.continue().catch(() => {});
  });
  return awake;
}

/** Where a message stands on the screen, in CSS pixels. */
const top = async (person: Person, text: string): Promise<number> => (await person.message(text).boundingBox())!.y;

test('what was typed before the page came to life is still there', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await ann.isNamed('Ann');
  await ann.messageField.fill('Typed early');
  await ann.messageField.focus();
  await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
  awake();
  await ann.isConnected();
  await expect(ann.nameField).toHaveValue('Ann');
  await expect(ann.messageField).toHaveValue('Typed early');
  await expect(ann.messageField).toBeFocused();
  await ann.messageField.press('Enter');
  await bob.sees('Typed early');
  await expect(bob.message('Typed early')).toContainText('Ann');
});

test('the form writes before the page comes to life, and once', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await ann.isNamed('Ann');
  await ann.messageField.fill('Sent early');
  await ann.writeButton.click();
  await ann.sees('Sent early');
  await bob.sees('Sent early');
  await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
  awake();
  await ann.isConnected();
  await ann.says('Sent late');
  for (const person of [ann, bob]) await person.seesAll(['Sent early', 'Sent late']);
});

test('an impatient double click before the page comes to life says it once', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await ann.messageField.fill('Twice');
  await ann.writeButton.dblclick();
  await bob.sees('Twice');
  await ann.sees('Twice');
  awake();
  await ann.isConnected();
  await ann.says('After');
  for (const person of [ann, bob]) await person.seesAll(['Twice', 'After']);
});

test('what was said while the page slept is there when it wakes', async ({ server, ann }) => {
  await wasSaid(server, 'lobby', notes(3));
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await ann.seesAll(notes(3));
  await wasSaid(server, 'lobby', ['meanwhile']);
  awake();
  await ann.isConnected();
  await ann.seesAll([...notes(3), 'meanwhile']);
});

test('waking does not move the reader from the newest message', async ({ server, ann }) => {
  await wasSaid(server, 'lobby', notes(30));
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  awake();
  await ann.isConnected();
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  await expect(ann.newMessages).toHaveCount(0);
});

test('waking does not move a reader who has gone up', async ({ server, ann, bob }) => {
  await wasSaid(server, 'lobby', notes(30));
  const awake = await asleep(ann.page);
  await ann.opens('lobby');
  await ann.message('note 5').scrollIntoViewIfNeeded();
  await expect(ann.message('note 30')).not.toBeInViewport();
  const before = await top(ann, 'note 5');
  awake();
  await ann.isConnected();
  expect(Math.abs((await top(ann, 'note 5')) - before)).toBeLessThanOrEqual(1);
  await bob.joins('lobby');
  await bob.says('below');
  await expect(ann.newMessages).toBeVisible();
  expect(Math.abs((await top(ann, 'note 5')) - before)).toBeLessThanOrEqual(1);
});
