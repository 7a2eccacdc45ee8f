import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

/** Delays the page's WebAssembly until the returned function is called. */
async function holdsWasm(page: Page): Promise<() => void> {
  let releases = () => {};
  const released = new Promise<void>((resolve) => (releases = resolve));
  await page.route('**/*.wasm', async (route) => {
    await released;
    await route.continue().catch(() => {});
  });
  return releases;
}

/** The top of a message in the window, in CSS pixels. */
const top = async (person: Person, text: string): Promise<number> => (await person.message(text).boundingBox())!.y;

test('text typed before hydration is kept', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await ann.typesName('Ann');
  await ann.messageField.fill('Typed early');
  await ann.messageField.focus();
  await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
  releases();
  await ann.isConnected();
  await expect(ann.nameField).toHaveValue('Ann');
  await expect(ann.messageField).toHaveValue('Typed early');
  await expect(ann.messageField).toBeFocused();
  await ann.messageField.press('Enter');
  await bob.sees('Typed early');
  await expect(bob.message('Typed early')).toContainText('Ann');
});

test('the form publishes before hydration, and once', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await ann.typesName('Ann');
  await ann.messageField.fill('Sent early');
  await ann.writeButton.click();
  await ann.sees('Sent early');
  await bob.sees('Sent early');
  await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
  releases();
  await ann.isConnected();
  await ann.publishes('Sent late');
  for (const person of [ann, bob]) await person.seesAll(['Sent early', 'Sent late']);
});

test('a double click before hydration publishes once', async ({ ann, bob }) => {
  await bob.joins('lobby');
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await ann.messageField.fill('Twice');
  await ann.writeButton.dblclick();
  await bob.sees('Twice');
  await ann.sees('Twice');
  releases();
  await ann.isConnected();
  await ann.publishes('After');
  for (const person of [ann, bob]) await person.seesAll(['Twice', 'After']);
});

test('messages from before hydration are shown after it', async ({ server, ann }) => {
  await postsForms(server, 'lobby', notes(3));
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await ann.seesAll(notes(3));
  await postsForms(server, 'lobby', ['meanwhile']);
  releases();
  await ann.isConnected();
  await ann.seesAll([...notes(3), 'meanwhile']);
});

test('hydration keeps the newest message in view', async ({ server, ann }) => {
  await postsForms(server, 'lobby', notes(30));
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  releases();
  await ann.isConnected();
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  await expect(ann.newMessages).toHaveCount(0);
});

test('hydration keeps the position of a reader who scrolled up', async ({ server, ann, bob }) => {
  await postsForms(server, 'lobby', notes(30));
  const releases = await holdsWasm(ann.page);
  await ann.opens('lobby');
  await ann.message('note 5').scrollIntoViewIfNeeded();
  await expect(ann.message('note 30')).not.toBeInViewport();
  const before = await top(ann, 'note 5');
  const staysInPlace = () =>
    expect.poll(async () => Math.abs((await top(ann, 'note 5')) - before)).toBeLessThanOrEqual(1);
  releases();
  await ann.isConnected();
  await staysInPlace();
  await bob.joins('lobby');
  await bob.publishes('below');
  await expect(ann.newMessages).toBeVisible();
  await staysInPlace();
});
