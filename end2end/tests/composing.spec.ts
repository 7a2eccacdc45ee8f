import type { Locator } from '@playwright/test';
import { endsComposition } from '../support/composition';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

// There is no input method here, and no Safari: the tests dispatch the events that such browsers send.

/** Dispatches the events of a key that ends a composition. Returns whether the key's default action would happen. */
type Ending = (field: Locator, key: string) => Promise<boolean>;

const sends =
  (isOverBefore: boolean): Ending =>
  async (field, key) =>
    await field.evaluate(endsComposition, [key, isOverBefore] as const);

const BROWSERS = { Safari: sends(true), 'other browsers': sends(false) };

const answering = (person: Person) => person.page.getByText(/^Replying to /);

for (const [browsers, ends] of Object.entries(BROWSERS)) {
  test.describe(`in ${browsers}`, () => {
    test('the Enter that ends a composition sends nothing, and the next one does', async ({ ann, bob }) => {
      await ann.joins('lobby');
      await bob.joins('lobby');
      await ann.messageField.fill('日本語');
      expect(await ends(ann.messageField, 'Enter')).toBe(true);
      await expect(ann.messageField).toHaveValue('日本語');
      await ann.messageField.fill('日本語で');
      await ann.messageField.press('Enter');
      for (const person of [ann, bob]) await person.seesAll(['日本語で']);
    });

    test('keys of a composition do not choose suggestions', async ({ ann, bob }) => {
      await ann.joins('lobby');
      await ann.isNamed('Ann');
      await ann.publishes('I am Ann');
      await bob.joins('lobby');
      await bob.sees('I am Ann');
      await bob.messageField.pressSequentially('Hello @an');
      await expect(bob.offers).toHaveText(['Ann']);
      for (const key of ['ArrowDown', 'Enter', 'Tab', 'Escape']) await ends(bob.messageField, key);
      await expect(bob.messageField).toHaveValue('Hello @an');
      await expect(bob.offers).toHaveText(['Ann']);
    });

    test('the Escape that cancels a composition cancels neither an edit nor a reply', async ({ ann, bob }) => {
      await ann.joins('lobby');
      await ann.publishes('before');
      await ann.beginsToEdit('before');
      await ann.editField.fill('half a wo');
      await ends(ann.editField, 'Escape');
      await expect(ann.editField).toHaveValue('half a wo');
      await ends(ann.editField, 'Enter');
      await expect(ann.editField).toHaveValue('half a wo');
      await ann.editField.press('Enter');
      await ann.sees('half a wo');
      await bob.joins('lobby');
      const menu = await bob.opensMenu('half a wo');
      await menu.getByRole('menuitem', { name: 'Reply' }).click();
      await expect(answering(bob)).toBeVisible();
      await ends(bob.messageField, 'Escape');
      await bob.publishes('an answer');
      await expect(bob.message('an answer').locator('.quote')).toContainText('half a wo');
    });

    test('keys of a composition neither search nor close the search', async ({ ann }) => {
      await ann.joins('lobby');
      await ann.scroller.focus();
      await ann.page.keyboard.press('/');
      const field = ann.page.getByRole('dialog', { name: 'Search' }).getByRole('searchbox');
      await field.fill('日本');
      for (const key of ['Enter', 'Escape']) expect(await ends(field, key)).toBe(false);
      expect(await ends(field, 'a')).toBe(true);
      await expect(field).toHaveValue('日本');
    });
  });
}
