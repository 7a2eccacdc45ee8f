import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

test('Tab goes from the log to the name, the message and the button', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.tabsTo(ann.scroller);
  for (const stop of [ann.nameButton, ann.messageField, ann.writeButton]) {
    await ann.page.keyboard.press('Tab');
    await expect(stop).toBeFocused();
  }
});

test('a conversation works by keyboard', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  const keys = ann.page.keyboard;
  await ann.tabsTo(ann.nameButton);
  await keys.press('Enter');
  await expect(ann.nameField).toBeFocused();
  await keys.type('Ann');
  await keys.press('Enter');
  await expect(ann.messageField).toBeFocused();
  await keys.type('By keys');
  await keys.press('Tab');
  await keys.press('Space');
  await bob.sees('By keys');
  await expect(ann.messageField).toBeFocused();
  await keys.type('By Enter');
  await keys.press('Enter');
  await bob.seesAll(['By keys', 'By Enter']);
  await expect(bob.message('By keys')).toContainText('Ann');
});

test('Enter in the name field goes on to the message', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await expect(ann.messageField).toBeFocused();
  await ann.publishes('Only this');
  await ann.seesAll(['Only this']);
});

test('the log scrolls by keys', async ({ server, ann }) => {
  await postsForms(server, 'lobby', notes(30));
  await ann.joins('lobby');
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  await ann.scroller.focus();
  await ann.page.keyboard.press('Home');
  await expect(ann.message('note 1')).toBeInViewport({ ratio: 1 });
  await ann.page.keyboard.press('End');
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
});

test('focus is visible', async ({ ann }) => {
  await ann.joins('lobby');
  for (const stop of [ann.scroller, ann.nameButton, ann.messageField, ann.writeButton]) {
    await ann.tabsTo(stop);
    const outline = await stop.evaluate((it) => getComputedStyle(it).outlineStyle);
    expect(outline).toBe('solid');
  }
});

test('assistive technology finds a heading, a log that speaks, a status and labelled fields', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await ann.publishes('Hear me');
  await ann.sees('Hear me');
  await expect(ann.page.getByRole('heading', { level: 1, name: 'lobby' })).toBeVisible();
  await expect(ann.page.getByRole('main')).toBeVisible();
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(ann.page).toHaveTitle('lobby · Chorus');
  await expect(ann.log).toHaveAccessibleName('Messages, oldest first');
  await expect(ann.status).toHaveText('Connected');
  await expect(ann.nameButton).toHaveAccessibleName('Your name: Ann');
  await expect(ann.messageField).toHaveAccessibleName('Message');
  await expect(ann.message('Hear me')).toMatchAriaSnapshot(`
    - listitem:
      - paragraph:
        - text: Ann
        - link /Ann/:
          - time
      - paragraph: Hear me
      - 'button /Actions for Ann: Hear me/'
  `);
});

test.describe('dialogs open and close by keys and return the focus', () => {
  const button = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true });
  const dialog = (person: Person, name: string) => person.page.getByRole('dialog', { name });

  for (const [name, key] of [
    ['Settings', 'Enter'],
    ['Edit title and description', 'Space'],
  ]) {
    test(name, async ({ ann }) => {
      await ann.joins('lobby');
      await ann.publishes('hello');
      await ann.tabsTo(ann.topicMenu);
      await ann.page.keyboard.press(key);
      const item = ann.page.getByRole('menuitem', { name });
      await expect(ann.page.getByRole('menuitem').first()).toBeFocused();
      for (let step = 0; step < 3 && !(await item.evaluate((it) => it === document.activeElement)); step += 1) {
        await ann.page.keyboard.press('ArrowDown');
      }
      await expect(item).toBeFocused();
      await ann.page.keyboard.press(key);
      await expect(dialog(ann, name)).toBeVisible();
      expect(await dialog(ann, name).evaluate((it) => it.contains(document.activeElement))).toBe(true);
      await ann.page.keyboard.press('Escape');
      await expect(dialog(ann, name)).toBeHidden();
      await expect(ann.topicMenu).toBeFocused();
    });
  }

  test('the shortcuts, from the settings', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.choosesFromTopicMenu('Settings');
    await expect(dialog(ann, 'Settings')).toBeVisible();
    await ann.tabsTo(dialog(ann, 'Settings').getByRole('button', { name: 'Keyboard shortcuts' }));
    await ann.page.keyboard.press('Enter');
    await expect(dialog(ann, 'Keyboard shortcuts')).toBeVisible();
    await ann.page.keyboard.press('Escape');
    await expect(dialog(ann, 'Keyboard shortcuts')).toBeHidden();
    await expect(ann.topicMenu).toBeFocused();
  });

  test('who is here', async ({ ann }) => {
    await ann.joins('lobby');
    const people = ann.page.getByRole('region', { name: 'People here' });
    await ann.tabsTo(button(ann, '1 person here'));
    await ann.page.keyboard.press('Enter');
    await expect(people.getByRole('listitem')).toHaveCount(1);
    await ann.page.keyboard.press('Escape');
    await expect(people).toBeHidden();
    await expect(button(ann, '1 person here')).toBeFocused();
  });
});
