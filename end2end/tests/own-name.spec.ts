import { isAccessible, SCREENS } from '../support/axe';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

const skip = (person: Person) => person.page.getByRole('button', { name: 'Skip' });

test('a stranger who only reads is not asked for a name', async ({ ann }) => {
  await ann.joins('lobby');
  await expect(ann.nameButton).toHaveAccessibleName('Choose your name');
  await ann.scroller.focus();
  await expect(ann.nameField).toBeHidden();
});

test('a stranger is asked at the message field, and a name saved there is used', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await ann.joins('lobby');
  await ann.messageField.click();
  await expect(ann.nameField).toHaveAttribute('placeholder', 'What should we call you?');
  await expect(ann.nameField).toBeVisible();
  await expect(ann.messageField).toBeFocused();
  await ann.nameField.fill('Ann Lee');
  await ann.page.getByRole('button', { name: 'Save' }).click();
  await expect(ann.nameField).toBeHidden();
  await expect(ann.messageField).toBeFocused();
  await expect(ann.nameButton).toHaveAccessibleName('Your name: Ann Lee');
  await expect(ann.nameButton.locator('.badge')).toHaveText('AL');
  await ann.publishes('Hello');
  await bob.sees('Hello');
  await expect(bob.message('Hello').locator('.author')).toHaveText('Ann Lee');
});

for (const [how, declines] of Object.entries({
  'who skips the question': (ann: Person) => skip(ann).click(),
  'who presses Escape': (ann: Person) => ann.nameField.press('Escape'),
  'who publishes without a name': (ann: Person) => ann.publishes('Just this'),
})) {
  test(`a stranger ${how} is not asked again`, async ({ ann }) => {
    await ann.joins('lobby');
    await ann.messageField.focus();
    await expect(ann.nameField).toBeVisible();
    await declines(ann);
    await expect(ann.nameField).toBeHidden();
    await expect(ann.messageField).toBeFocused();
    await ann.page.reload();
    await ann.isConnected();
    await ann.scroller.focus();
    await ann.messageField.focus();
    await ann.publishes('And this');
    await ann.sees('And this');
    await expect(ann.nameField).toBeHidden();
    await expect(ann.message('And this').locator('.author')).toHaveText("(I'm John Doe)");
  });
}

test('a name typed beside the message counts when it is published', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await ann.joins('lobby');
  await ann.typesName('Ann');
  await ann.publishes('Hello');
  await bob.sees('Hello');
  await expect(bob.message('Hello').locator('.author')).toHaveText('Ann');
  await expect(ann.nameField).toBeHidden();
});

test('the badge opens the name for a change, which Escape gives up', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await expect(ann.nameButton).toHaveAttribute('aria-expanded', 'false');
  await ann.nameButton.click();
  await expect(ann.nameField).toBeFocused();
  await expect(ann.nameButton).toHaveAttribute('aria-expanded', 'true');
  await ann.nameField.fill('Anna');
  await ann.page.keyboard.press('Escape');
  await expect(ann.nameField).toBeHidden();
  await expect(ann.messageField).toBeFocused();
  await expect(ann.nameButton).toHaveAccessibleName('Your name: Ann');
  await ann.nameButton.click();
  await expect(ann.nameField).toHaveValue('Ann');
  await expect(ann.nameField).toBeFocused();
  await ann.page.keyboard.insertText('Anna');
  await ann.page.keyboard.press('Enter');
  await expect(ann.nameButton).toHaveAccessibleName('Your name: Anna');
  await ann.publishes('Renamed');
  await ann.sees('Renamed');
  await expect(ann.message('Renamed').locator('.author')).toHaveText('Anna');
});

test('an invalid name is refused where it was typed', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await ann.nameButton.click();
  await ann.nameField.fill('An\u202en');
  await ann.page.keyboard.press('Enter');
  await expect(ann.page.getByRole('alert')).toHaveText(
    /^Name: Contains a character that isn’t allowed here \(\u2068U\+202E\u2069\)/,
  );
  await expect(ann.nameField).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(ann.page.getByRole('alert')).toHaveCount(0);
  await expect(ann.nameButton).toHaveAccessibleName('Your name: Ann');
});

test('a message waits while its name is invalid', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.typesName('\u202e');
  await ann.publishes('kept');
  await expect(ann.nameField).toBeFocused();
  await expect(ann.messageField).toHaveValue('kept');
  await ann.nameField.fill('Ann');
  await ann.page.keyboard.press('Enter');
  await ann.page.keyboard.press('Enter');
  await ann.sees('kept');
  await expect(ann.message('kept').locator('.author')).toHaveText('Ann');
});

for (const { screen, options } of SCREENS) {
  test(`the foot of the sidebar on ${screen} has the name and the settings`, async ({ newcomer }) => {
    const ann = await newcomer(options);
    await ann.joins('lobby');
    await ann.isNamed('Ann Lee');
    const opensTopics = async () => {
      const drawer = ann.page.getByRole('main').getByRole('button', { name: /^Topics/ });
      if (await drawer.isVisible()) await drawer.click();
    };
    await opensTopics();
    await ann.topics.getByRole('button', { name: 'Ann Lee' }).click();
    await expect(ann.nameField).toBeFocused();
    await isAccessible(ann, 'with the name open');
    await ann.page.keyboard.press('Escape');
    await opensTopics();
    await ann.topics.getByRole('button', { name: 'Settings' }).click();
    await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  });
}
