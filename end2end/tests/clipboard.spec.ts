import type { Locator } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

/** Removes the Clipboard API, as on pages over plain HTTP from another machine. */
const hasNoClipboard = (person: Person) =>
  person.page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));

/** Denies access to the Clipboard API. */
const forbidsClipboard = (person: Person) =>
  person.page.addInitScript(() => {
    Clipboard.prototype.writeText = () =>
      Promise.reject(new DOMException('Write permission denied.', 'NotAllowedError'));
  });

/** Makes `document.execCommand('copy')` fail too. */
const forbidsCopying = (person: Person) =>
  person.page.addInitScript(() => {
    document.execCommand = () => false;
  });

async function copiesLink(person: Person): Promise<Locator> {
  await person.joins('lobby');
  await person.publishes('Worth a link');
  await person.sees('Worth a link');
  const menu = await person.opensMenu('Worth a link');
  await menu.getByRole('menuitem', { name: 'Copy link' }).click();
  return menu;
}

const WAYS = {
  'where there is a clipboard': async (person: Person) =>
    await person.page.context().grantPermissions(['clipboard-read', 'clipboard-write']),
  'where there is none': hasNoClipboard,
  'where it is forbidden': forbidsClipboard,
};

for (const [where, prepare] of Object.entries(WAYS)) {
  test(`a link is copied ${where}`, async ({ server, ann }) => {
    await prepare(ann);
    const menu = await copiesLink(ann);
    await expect(menu.getByRole('menuitem', { name: 'Copied' })).toBeVisible();
    await ann.messageField.focus();
    await ann.page.keyboard.press('Control+v');
    await expect(ann.messageField).toHaveValue(`${server.url}/t/lobby/1#m1`);
  });
}

test('a link that could not be copied is shown and selected', async ({ server, ann }) => {
  await forbidsClipboard(ann);
  await forbidsCopying(ann);
  const menu = await copiesLink(ann);
  const link = menu.getByRole('textbox', { name: 'Copy this link' });
  await expect(link).toHaveValue(`${server.url}/t/lobby/1#m1`);
  await expect(link).toBeFocused();
  await expect(menu.getByRole('menu').getByRole('textbox')).toHaveCount(0);
  const selected = () => link.evaluate((it: HTMLInputElement) => it.value.slice(it.selectionStart!, it.selectionEnd!));
  await expect.poll(selected).toBe(`${server.url}/t/lobby/1#m1`);
  await expect(menu.getByRole('menuitem', { name: 'Copied' })).toHaveCount(0);
});

test('the link of a topic that could not be copied is shown below the menu', async ({ server, ann }) => {
  await forbidsClipboard(ann);
  await forbidsCopying(ann);
  await ann.joins('lobby');
  await ann.topicMenu.click();
  const menu = ann.page.getByRole('menu', { name: 'More options' });
  await menu.getByRole('menuitem', { name: 'Copy link' }).click();
  const link = ann.page.getByRole('group', { name: 'More options' }).getByRole('textbox', { name: 'Copy this link' });
  await expect(link).toBeFocused();
  await expect(link).toHaveValue(`${server.url}/t/lobby`);
  await expect(menu.getByRole('textbox')).toHaveCount(0);
  await ann.page.keyboard.press('Shift+Tab');
  await expect(menu.getByRole('menuitem').last()).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(ann.topicMenu).toBeFocused();
});
