import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

/** Presses keys one after the other. The number of them is what a task costs. */
async function presses(person: Person, ...keys: string[]): Promise<void> {
  for (const key of keys) await person.page.keyboard.press(key);
}

/** The message that has the focus. */
const focused = (person: Person) => person.page.locator('.message:focus');

test.describe('in a topic with messages', () => {
  test.beforeEach(async ({ server, ann, bob }) => {
    await postsForms(server, 'lobby', notes(30));
    await ann.joins('lobby');
    await bob.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('mine');
    await bob.isNamed('Bob');
    await bob.sees('mine');
    await bob.publishes('newest');
    await ann.sees('newest');
    // The keys begin at the last message in view.
    await expect(ann.message('newest')).toBeInViewport({ ratio: 1 });
    await expect(ann.messageField).toBeFocused();
  });

  test('the log is one stop of Tab, from both sides', async ({ ann }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab');
    await expect(focused(ann)).toContainText('newest');
    await presses(ann, 'Shift+Tab');
    await expect(ann.topicMenu).toBeFocused();
    await presses(ann, 'Tab');
    await expect(ann.scroller).toBeFocused();
    await presses(ann, 'Tab');
    await expect(ann.nameButton).toBeFocused();
  });

  test('Tab leaves the log where the reader is, without scrolling', async ({ ann }) => {
    await ann.scrollsUpTo('note 15');
    await expect(ann.page.getByRole('button', { name: 'Jump to newest' })).toBeVisible();
    await ann.scroller.focus();
    const top = await ann.scroller.evaluate((log) => log.scrollTop);
    await presses(ann, 'Tab');
    expect(await ann.scroller.evaluate((log) => log.scrollTop)).toBe(top);
    await expect(ann.page.getByRole('button', { name: 'Jump to newest' })).toBeFocused();
  });

  test('J, K and the arrows go through the messages', async ({ ann }) => {
    await ann.scroller.focus();
    await presses(ann, 'k');
    await expect(focused(ann)).toContainText('newest');
    await presses(ann, 'k');
    await expect(focused(ann)).toContainText('mine');
    await presses(ann, 'ArrowUp');
    await expect(focused(ann)).toContainText('note 30');
    await presses(ann, 'ArrowDown', 'j');
    await expect(focused(ann)).toContainText('newest');
    await presses(ann, 'j');
    await expect(focused(ann)).toContainText('newest');
  });

  test('going up loads what is older', async ({ ann }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab');
    await expect(async () => {
      await presses(ann, 'k');
      expect(await focused(ann).locator('.fold').allTextContents()).toEqual(['note 1']);
    }).toPass({ intervals: [0] });
    await expect(focused(ann).locator('.fold')).toHaveText('note 1');
    await expect(ann.message('note 1')).toBeInViewport();
  });

  test('the arrows to the side go through the links and buttons of a message', async ({ ann }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab');
    await expect(ann.message('newest').locator('.quick')).toBeVisible();
    await presses(ann, 'ArrowRight');
    await expect(ann.message('newest').getByRole('link')).toBeFocused();
    for (const name of ['React with 👍', 'More emoji', 'Reply', /^Actions for Bob/]) {
      await presses(ann, 'ArrowRight');
      await expect(ann.message('newest').getByRole('button', { name })).toBeFocused();
    }
    for (let step = 0; step < 5; step += 1) await presses(ann, 'ArrowLeft');
    await expect(focused(ann)).toContainText('newest');
  });

  test('Ctrl+Up replies to the newest message, and further to those above', async ({ ann, bob }) => {
    const preview = ann.page.getByRole('status').filter({ hasText: 'Replying to' });
    await presses(ann, 'Control+ArrowUp');
    await expect(preview).toContainText('newest');
    await presses(ann, 'Control+ArrowUp');
    await expect(preview).toContainText('mine');
    await presses(ann, 'Control+ArrowDown', 'Control+ArrowDown');
    await expect(preview).toHaveCount(0);
    await presses(ann, 'Control+ArrowUp');
    await ann.publishes('an answer');
    await expect(bob.message('an answer').locator('.quote')).toContainText('newest');
  });

  test('R replies to the message with the focus', async ({ ann, bob }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab', 'k', 'r');
    await expect(ann.messageField).toBeFocused();
    await ann.page.keyboard.type('To mine');
    await presses(ann, 'Enter');
    await expect(bob.message('To mine').locator('.quote')).toContainText('mine');
  });

  test('E edits the own message with the focus, and nobody else’s', async ({ ann, bob }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab', 'e');
    await expect(focused(ann)).toContainText('newest');
    await presses(ann, 'k', 'e');
    await expect(ann.editField).toBeFocused();
    await ann.page.keyboard.type(', edited');
    await presses(ann, 'Enter');
    await bob.sees('mine, edited');
  });

  for (const key of ['+', 'Enter']) {
    test(`${key} opens the menu, whose first button reacts`, async ({ ann, bob }) => {
      await presses(ann, 'Shift+Tab', 'Shift+Tab', key);
      await expect(ann.menu(ann.message('newest')).getByRole('button', { name: 'React with 👍' })).toBeFocused();
      await presses(ann, 'Enter');
      await bob.seesReaction('newest', '👍', 1, 'Ann');
      await presses(ann, 'k');
      await expect(focused(ann)).toContainText('mine');
    });
  }

  test('Escape goes to the newest message', async ({ ann }) => {
    await ann.scrollsUpTo('note 3');
    await presses(ann, 'Escape');
    await expect(ann.message('newest')).toBeInViewport({ ratio: 1 });
    await expect(ann.messageField).toBeFocused();
  });

  test('Escape first closes what is open', async ({ ann }) => {
    await ann.scrollsUpTo('note 15');
    const menu = await ann.opensMenu('note 15');
    await expect(menu).toBeVisible();
    await presses(ann, 'Escape');
    await expect(menu).toHaveCount(0);
    await ann.messageField.focus();
    await presses(ann, 'Control+ArrowUp');
    await expect(ann.page.getByText('Replying to')).toBeVisible();
    await presses(ann, 'Escape');
    await expect(ann.page.getByText('Replying to')).toHaveCount(0);
    await expect(ann.message('note 15')).toBeInViewport();
    await expect(ann.message('newest')).not.toBeInViewport();
  });

  test('after a click on a message, letters are text', async ({ ann }) => {
    await ann.message('mine').locator('.body').click();
    await ann.page.keyboard.type('jelly, really');
    await expect(ann.messageField).toHaveValue('jelly, really');
    await expect(ann.editField).toHaveCount(0);
  });

  test('the bar of a message stays with the focus while the pointer is elsewhere', async ({ ann }) => {
    await presses(ann, 'Shift+Tab', 'Shift+Tab', 'k');
    // Messages that come or go meanwhile may move the row away from under the pointer.
    await expect(async () => {
      await ann.message('newest').hover();
      for (const text of ['mine', 'newest']) {
        await expect(ann.message(text).locator('.quick')).toBeVisible({ timeout: 500 });
      }
    }).toPass();
    await ann.messageField.hover();
    await expect(ann.message('newest').locator('.quick')).toHaveCount(0);
    await ann.messageField.focus();
    await expect(ann.message('mine').locator('.quick')).toHaveCount(0);
  });

  test('what is typed anywhere goes to the field', async ({ ann }) => {
    await ann.scroller.focus();
    await ann.page.keyboard.type('Hello from the log');
    await expect(ann.messageField).toHaveValue('Hello from the log');
    await ann.topicMenu.focus();
    await ann.page.keyboard.type('!');
    await expect(ann.messageField).toHaveValue('Hello from the log!');
  });

  test('F6 goes through the regions of the page', async ({ ann }) => {
    await presses(ann, 'F6');
    await expect(ann.topics.getByRole('link', { name: 'All topics' })).toBeFocused();
    await presses(ann, 'F6');
    await expect(ann.page.getByRole('banner').or(ann.page.locator('.topic > header')).locator(':focus')).toHaveCount(1);
    await presses(ann, 'F6');
    await expect(focused(ann)).toContainText('newest');
    await presses(ann, 'F6');
    await expect(ann.messageField).toBeFocused();
    await presses(ann, 'Shift+F6');
    await expect(focused(ann)).toContainText('newest');
  });

  test('without single-key shortcuts, letters at a message are text', async ({ ann }) => {
    await presses(ann, 'Control+,');
    await ann.page.getByRole('checkbox', { name: /^Single-key/ }).uncheck();
    await presses(ann, 'Escape');
    await ann.messageField.focus();
    await presses(ann, 'Shift+Tab', 'Shift+Tab', 'ArrowUp');
    await expect(focused(ann)).toContainText('mine');
    await ann.page.keyboard.type('really');
    await expect(ann.messageField).toHaveValue('really');
  });

  test('every message has a menu and a link of its own name', async ({ ann }) => {
    await expect(ann.menuButton(ann.message('mine'))).toHaveAccessibleName(/^Actions for Ann: mine \d+:\d\d/);
    await expect(ann.message('newest').getByRole('link')).toHaveAccessibleName(/^\d+:\d\d.* Bob$/);
  });
});

test('the first stop of Tab leads to the composer', async ({ ann }) => {
  await ann.joins('lobby');
  await presses(ann, 'Tab');
  const link = ann.page.getByRole('link', { name: 'Skip to the message field' });
  await expect(link).toBeFocused();
  await expect(link).toBeInViewport({ ratio: 1 });
  await presses(ann, 'Enter');
  await expect(ann.messageField).toBeFocused();
});

test('Ctrl+B, Ctrl+I and Ctrl+E format the selection, and can be undone', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.messageField.fill('make it bold');
  await presses(ann, 'Control+Shift+ArrowLeft', 'Control+b');
  await expect(ann.messageField).toHaveValue('make it **bold**');
  await presses(ann, 'Control+b');
  await expect(ann.messageField).toHaveValue('make it bold');
  await presses(ann, 'Control+i');
  await expect(ann.messageField).toHaveValue('make it _bold_');
  await presses(ann, 'Control+z');
  await expect(ann.messageField).toHaveValue('make it bold');
  await ann.messageField.fill('');
  await presses(ann, 'Control+e');
  await ann.page.keyboard.type('code');
  await presses(ann, 'End', 'Enter');
  await expect(ann.message('code').locator('code')).toHaveText('code');
});

test('the list of shortcuts has a heading for each place, and every key', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.scroller.focus();
  await presses(ann, '?');
  const list = ann.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const heading of ['Anywhere', 'On a message', 'In the message field']) {
    await expect(list.getByRole('heading', { name: heading })).toBeVisible();
  }
  await expect(list.locator('dt')).toHaveCount(23);
  await expect(list).toContainText('Ctrl+B');
});

/** Clicks a button of the message under the pointer. Messages that come or go meanwhile may move the row. */
async function clicksAt(person: Person, text: string, name: string): Promise<void> {
  const button = person.message(text).getByRole('button', { name });
  await expect(async () => {
    await person.message(text).hover();
    await expect(button).toBeVisible({ timeout: 1_000 });
    // A click that is given up may still arrive, and the next one would undo it: a slow page has more time for it.
    await button.click({ timeout: 10_000 });
  }).toPass();
}

test.describe('a message under the pointer takes one click', () => {
  test.beforeEach(async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    await bob.isNamed('Bob');
    await bob.publishes('Lunch?');
    await ann.isNamed('Ann');
    await ann.sees('Lunch?');
  });

  test('to react with a thumb', async ({ ann, bob }) => {
    await clicksAt(ann, 'Lunch?', 'React with 👍');
    await bob.seesReaction('Lunch?', '👍', 1, 'Ann');
  });

  test('to reply', async ({ ann, bob }) => {
    await clicksAt(ann, 'Lunch?', 'Reply');
    await ann.page.keyboard.type('Yes');
    await ann.page.keyboard.press('Enter');
    await expect(bob.message('Yes').locator('.quote')).toContainText('Lunch?');
  });

  test('to search for another emoji', async ({ ann, bob }) => {
    await clicksAt(ann, 'Lunch?', 'More emoji');
    await expect(ann.menu(ann.message('Lunch?')).getByRole('searchbox')).toBeFocused();
    await ann.page.keyboard.type('pizza');
    await ann.menu(ann.message('Lunch?')).getByRole('button', { name: 'React with 🍕' }).click();
    await bob.seesReaction('Lunch?', '🍕', 1, 'Ann');
  });

  test('and covers no text', async ({ ann }) => {
    await expect(async () => {
      await ann.message('Lunch?').hover();
      await expect(ann.message('Lunch?').locator('.quick')).toBeVisible({ timeout: 1_000 });
      const bar = await ann.message('Lunch?').locator('.menu').boundingBox();
      const text = await ann.message('Lunch?').locator('.body').boundingBox();
      expect(bar!.y + bar!.height).toBeLessThanOrEqual(text!.y);
    }).toPass();
  });
});
