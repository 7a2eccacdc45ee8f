import { Finger } from '../support/finger';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import { mocksMemberships } from '../support/memberships';
import type { Person } from '../support/person';

// Counts what a person does for each everyday task. The targets are what the best other chat asks for; text that is
// written or searched for is not counted, letters that choose something are.

type Effort = { clicks: number; keys: number };

/** Counts clicks, taps and keys from now on, also on the pages that follow. A key with modifiers is one. */
async function counts(person: Person): Promise<() => Effort> {
  const effort: Effort = { clicks: 0, keys: 0 };
  await person.page.exposeFunction('chorusEffort', (what: keyof Effort) => {
    effort[what] += 1;
  });
  const listens = () => {
    const { chorusEffort } = window as unknown as { chorusEffort: (what: keyof Effort) => void };
    addEventListener('pointerdown', () => chorusEffort('clicks'), true);
    const modifiers = ['Alt', 'Control', 'Meta', 'Shift'];
    addEventListener('keydown', ({ key }) => modifiers.includes(key) || chorusEffort('keys'), true);
  };
  await person.page.addInitScript(listens);
  await person.page.evaluate(listens);
  return () => effort;
}

async function costs(count: () => Effort, clicks: number, keys: number): Promise<void> {
  await expect.poll(count).toEqual({ clicks, keys });
}

const heading = (person: Person) => person.page.getByRole('heading', { level: 1 });

test('a stranger writes from the start page', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await ann.page.goto('/');
  await ann.isLive();
  const count = await counts(ann);
  await ann.page.getByRole('link', { name: 'lobby' }).click();
  await ann.isConnected();
  // The first letter goes to the field, wherever the focus is, and the others follow.
  await ann.page.keyboard.press('H');
  await expect(ann.messageField).toHaveValue('H');
  await ann.page.keyboard.insertText('ello from nowhere');
  await ann.page.keyboard.press('Enter');
  await bob.sees('Hello from nowhere');
  await costs(count, 1, 2);
});

test.describe('at a desk', () => {
  test.beforeEach(async ({ ann, bob, server }) => {
    await postsForms(server, 'lobby', notes(30));
    await ann.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('Lunch?');
    await bob.joins('lobby');
    await bob.isNamed('Bob');
    await bob.sees('Lunch?');
    await bob.publishes('At noon');
    await ann.sees('At noon');
    await expect(ann.message('At noon')).toBeInViewport({ ratio: 1 });
    await ann.hasAllParts();
    await expect(ann.messageField).toBeFocused();
  });

  test('a topic is one shortcut, two letters and Enter away', async ({ ann, server }) => {
    await postsForms(server, 'pond', ['Frogs']);
    const count = await counts(ann);
    await ann.page.keyboard.press('Control+k');
    await ann.page.keyboard.type('po');
    await expect(ann.page.getByRole('option', { name: 'pond' })).toBeVisible();
    await ann.page.keyboard.press('Enter');
    await expect(heading(ann)).toHaveText('pond');
    await costs(count, 0, 4);
  });

  test('a reply is one key away, and one click', async ({ ann, bob }) => {
    const count = await counts(ann);
    await ann.page.keyboard.press('Control+ArrowUp');
    await expect(ann.page.getByText('Replying to Bob')).toBeVisible();
    await costs(count, 0, 1);
    await ann.page.keyboard.press('Escape');
    await expect(ann.page.getByText('Replying to Bob')).toHaveCount(0);
    await expect(async () => {
      await ann.message('At noon').hover();
      const reply = ann.message('At noon').getByRole('button', { name: 'Reply' });
      await expect(reply).toBeVisible({ timeout: 1_000 });
      await reply.click();
    }).toPass();
    await expect(ann.page.getByText('Replying to Bob')).toBeVisible();
    await costs(count, 1, 2);
    await ann.page.keyboard.insertText('Yes');
    await ann.page.keyboard.press('Enter');
    await expect(bob.message('Yes').locator('.quote')).toContainText('At noon');
  });

  test('a thumb is one click', async ({ ann, bob }) => {
    const count = await counts(ann);
    await expect(async () => {
      await ann.message('At noon').hover();
      // The buttons go where the log moves away from under the pointer.
      await ann.message('At noon').getByRole('button', { name: 'React with 👍' }).click({ timeout: 1_000 });
    }).toPass();
    await bob.seesReaction('At noon', '👍', 1, 'Ann');
    await costs(count, 1, 0);
  });

  test('the last own message is edited with one key', async ({ ann, bob }) => {
    const count = await counts(ann);
    await ann.page.keyboard.press('ArrowUp');
    await expect(ann.editField).toBeFocused();
    await costs(count, 0, 1);
    await ann.editField.fill('Dinner?');
    await ann.page.keyboard.press('Enter');
    await bob.sees('Dinner?');
  });

  test('messages are searched with one shortcut and Enter', async ({ ann }) => {
    const count = await counts(ann);
    await ann.page.keyboard.press('Control+k');
    await expect(ann.page.getByRole('combobox')).toBeFocused();
    await ann.page.keyboard.insertText('noon');
    await expect(ann.page.getByRole('option', { name: 'Search messages for' })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await ann.page.keyboard.press('Enter');
    const results = ann.page.getByRole('list', { name: 'Search results' });
    await expect(results.getByRole('listitem')).toHaveCount(1);
    await costs(count, 0, 2);
  });

  test('a person is mentioned with @, one letter and Enter', async ({ ann }) => {
    const count = await counts(ann);
    await ann.page.keyboard.type('@B');
    await expect(ann.offers).not.toHaveCount(0);
    await ann.page.keyboard.press('Enter');
    await expect(ann.messageField).toHaveValue('@Bob ');
    await costs(count, 0, 3);
  });

  test('a topic is muted with two clicks', async ({ ann }) => {
    await ann.isFollowing('Following');
    const count = await counts(ann);
    await ann.follows('Muted');
    await costs(count, 2, 0);
  });

  test('a name is changed with one click and Enter', async ({ ann, bob }) => {
    const count = await counts(ann);
    await ann.nameButton.click();
    await expect(ann.nameField).toBeFocused();
    await ann.page.keyboard.insertText('Anna');
    await ann.page.keyboard.press('Enter');
    await costs(count, 1, 1);
    await ann.publishes('It is me');
    await bob.sees('It is me');
    await expect(bob.message('It is me').locator('.author')).toHaveText('Anna');
  });

  test('the newest message is one key away', async ({ ann }) => {
    await ann.scrollsUp(600);
    await expect(ann.page.getByRole('button', { name: 'Jump to newest' })).toBeVisible();
    const count = await counts(ann);
    await ann.page.keyboard.press('Escape');
    await expect(ann.message('At noon')).toBeInViewport({ ratio: 1 });
    await costs(count, 0, 1);
  });

  test('the settings are one key away', async ({ ann }) => {
    const count = await counts(ann);
    await ann.page.keyboard.press('Control+,');
    await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await costs(count, 0, 1);
  });
});

test('a topic is created with one click and Enter', async ({ ann }) => {
  await ann.joins('lobby');
  const count = await counts(ann);
  await ann.topics.getByRole('link', { name: 'New topic' }).click();
  await expect(ann.page.getByRole('textbox', { name: 'Title' })).toBeFocused();
  await ann.page.keyboard.insertText('Rose garden');
  await ann.page.keyboard.press('Enter');
  await expect(heading(ann)).toHaveText('Rose garden');
  await costs(count, 1, 1);
});

test('the next unread topic is one key away, at its first unread message', async ({ ann }) => {
  await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'pond', unread: 3 }]);
  await ann.joins('lobby');
  await ann.hasAllParts();
  const count = await counts(ann);
  await ann.page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(heading(ann)).toHaveText('pond');
  await costs(count, 0, 1);
});

test.describe('on a phone', () => {
  let ann: Person;
  test.beforeEach(async ({ newcomer, bob }) => {
    ann = await newcomer({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await ann.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('Lunch?');
    await bob.joins('lobby');
    await bob.sees('Lunch?');
    await ann.sees('Lunch?');
    await ann.isFollowing('Following');
    await ann.hasAllParts();
  });

  /** Opens the menu of a message. */
  async function menuOf(text: string) {
    await ann.menuButton(ann.message(text)).tap();
    return ann.menu(ann.message(text));
  }

  test('a topic is two taps away', async ({ server }) => {
    await postsForms(server, 'pond', ['Frogs']);
    await ann.joins('pond');
    const count = await counts(ann);
    await ann.page.getByRole('button', { name: /^Topics/ }).tap();
    await ann.topic('lobby').tap();
    await expect(heading(ann)).toHaveText('lobby');
    await costs(count, 2, 0);
  });

  test('a reply is one swipe and its text', async ({ bob }) => {
    const count = await counts(ann);
    const finger = await Finger.of(ann);
    const box = await ann.message('Lunch?').locator('.body').boundingBox();
    await finger.swipes([box!.x + 10, box!.y + 10], [box!.x + 130, box!.y + 10]);
    await finger.lifts();
    await expect(ann.messageField).toBeFocused();
    await ann.page.keyboard.insertText('Dinner');
    await ann.page.keyboard.press('Enter');
    await bob.sees('Dinner');
    await expect(bob.message('Dinner').getByText('Lunch?')).toBeVisible();
    await costs(count, 1, 1);
  });

  test('a thumb is two taps', async ({ bob }) => {
    const count = await counts(ann);
    const menu = await menuOf('Lunch?');
    await menu.getByRole('button', { name: 'React with 👍' }).tap();
    await bob.seesReaction('Lunch?', '👍', 1, 'Ann');
    await costs(count, 2, 0);
  });

  test('a message is edited with three taps', async ({ bob }) => {
    const count = await counts(ann);
    const menu = await menuOf('Lunch?');
    await menu.getByRole('menuitem', { name: 'Edit' }).tap();
    await ann.editField.fill('Dinner?');
    await ann.page.getByRole('button', { name: 'Save' }).tap();
    await bob.sees('Dinner?');
    await costs(count, 3, 0);
  });

  test('the search is one tap away', async () => {
    const count = await counts(ann);
    await ann.page
      .getByRole('banner')
      .or(ann.page.locator('.topic > header'))
      .getByRole('link', { name: 'Search' })
      .tap();
    await expect(ann.page.getByRole('searchbox', { name: 'Search messages' })).toBeFocused();
    await costs(count, 1, 0);
  });

  test('a topic is muted with two taps', async () => {
    const count = await counts(ann);
    await ann.page.getByRole('button', { name: 'Notifications for this topic' }).tap();
    await ann.page.getByRole('menuitemradio', { name: /^Muted/ }).tap();
    await ann.isFollowing('Muted');
    await costs(count, 2, 0);
  });

  test('the settings are two taps away', async () => {
    const count = await counts(ann);
    await ann.topicMenu.tap();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).tap();
    await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await costs(count, 2, 0);
  });
});
