import { isAccessible, SCREENS } from '../support/axe';
import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

const MARKUP = [
  'Some **markup**, a [link](https://example.org), `code`, ~~gone~~ and\n\n```rust\nfn main() { println!("hi"); } // done\n```',
  '> a quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n1. first\n2. second',
  Array.from({ length: 40 }, (_, line) => `line ${line}  `).join('\n'),
  'and more',
];

const dialog = (person: Person, name: string) => person.page.getByRole('dialog', { name });
const button = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true });

// Each analysis by axe takes seconds, and ten times as long beside another build.
test.describe.configure({ timeout: 240_000 });

for (const { screen, options } of SCREENS) {
  test.describe(screen, () => {
    test('messages and menus of a topic', async ({ newcomer, bob }) => {
      const ann = await newcomer(options);
      await ann.joins('lobby');
      await isAccessible(ann, 'an empty topic');
      await bob.joins('lobby');
      await bob.isNamed('Bob');
      for (const text of MARKUP) await bob.publishes(text);
      await ann.sees('and more');
      await isAccessible(ann, 'every kind of markup');
      await button(ann, 'Show more').click();
      await isAccessible(ann, 'a long message');
      await ann.isNamed('Ann');
      await ann.replies('and more', 'an answer');
      await ann.reacts('and more', '👍');
      await ann.seesReaction('and more', '👍', 1, 'Ann');
      await isAccessible(ann, 'an answer and a reaction');
      await bob.deletes('and more');
      await ann.seesTombstones(1);
      await isAccessible(ann, 'a tombstone');
      const menu = await ann.opensMenu('an answer');
      await expect(menu).toBeVisible();
      await isAccessible(ann, 'the menu');
      await menu.getByRole('menuitem', { name: 'Delete' }).click();
      await menu.getByRole('button', { name: 'More emoji' }).click();
      await menu.getByRole('searchbox').fill('cat');
      await expect(menu.getByRole('button', { name: 'React with 🐱' })).toBeVisible();
      await isAccessible(ann, 'all emoji');
      await menu.getByRole('menuitem', { name: 'Reply' }).click();
      await expect(ann.page.getByText(/^Replying to /)).toBeVisible();
      await isAccessible(ann, 'answering');
      await ann.messageField.press('Escape');
      await ann.beginsToEdit('an answer');
      await isAccessible(ann, 'editing');
      await ann.editField.fill(' ');
      await ann.editField.press('Enter');
      await expect(ann.page.getByRole('alert')).toBeVisible();
      await isAccessible(ann, 'an edit refused');
      await ann.editField.press('Escape');
      await ann.messageField.fill('x @b');
      await ann.messageField.press('o');
      await expect(ann.offers).toHaveCount(1);
      await isAccessible(ann, 'names offered');
      await ann.messageField.fill('x :ca');
      await ann.messageField.press('t');
      await expect(ann.offers).not.toHaveCount(0);
      await isAccessible(ann, 'emoji offered');
    });

    test('dialogs over a topic', async ({ newcomer }) => {
      const ann = await newcomer(options);
      await ann.joins('lobby');
      await ann.publishes('hello');
      await ann.sees('hello');
      await ann.topicMenu.click();
      await expect(ann.page.getByRole('menu', { name: 'More options' })).toBeVisible();
      await isAccessible(ann, 'the menu of the topic');
      await ann.page.keyboard.press('Escape');
      await ann.page.getByRole('button', { name: 'Notifications for this topic' }).click();
      await expect(ann.page.getByRole('menu', { name: 'Notifications for this topic' })).toBeVisible();
      await isAccessible(ann, 'the menu of notifications');
      await ann.page.keyboard.press('Escape');
      await ann.choosesFromTopicMenu('Settings');
      await expect(dialog(ann, 'Settings')).toBeVisible();
      await isAccessible(ann, 'the settings');
      await dialog(ann, 'Settings').getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await expect(dialog(ann, 'Keyboard shortcuts')).toBeVisible();
      await isAccessible(ann, 'the shortcuts');
      await ann.page.keyboard.press('Escape');
      await button(ann, '1 person here').click();
      await expect(ann.page.getByRole('region', { name: 'People here' }).getByRole('listitem')).toHaveCount(1);
      await isAccessible(ann, 'the people');
      await ann.page.keyboard.press('Escape');
      await ann.choosesFromTopicMenu('Edit title and description');
      const form = dialog(ann, 'Edit title and description');
      await expect(form).toBeVisible();
      await isAccessible(ann, 'the title and description');
      await form.getByLabel('Title', { exact: true }).fill('a \u202e title');
      await form.getByRole('button', { name: 'Save' }).click();
      await expect(form.getByRole('alert')).toBeVisible();
      await isAccessible(ann, 'a title refused');
    });

    test('unread marks', async ({ newcomer, bob }) => {
      const ann = await newcomer(options);
      await ann.joins('lobby');
      await ann.isNamed('Ann');
      await ann.publishes('I was here');
      await ann.sees('I was here');
      await ann.joins('rust');
      await bob.joins('lobby');
      await bob.publishes('while you were away, @Ann');
      if (await ann.topics.isHidden()) {
        await ann.page.getByRole('button', { name: /^Topics/ }).click();
        await expect(ann.topics.getByRole('link', { name: 'All topics' })).toBeFocused();
      }
      await expect(ann.topic('lobby')).toContainText('1 mention of you');
      await isAccessible(ann, 'the list of topics, with a mention');
      await ann.switchesTo('lobby');
      await expect(ann.log.getByText('New since you were last here')).toBeVisible();
      await isAccessible(ann, 'what is new');
    });

    test('failed loads', async ({ newcomer }) => {
      const ann = await newcomer(options);
      const asked: { topic: string; refuses: () => void }[] = [];
      await ann.page.routeWebSocket('**/chat', (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((text) => {
          const { type, ref, topic } = JSON.parse(text.toString());
          if (type !== 'subscribe' || topic === 'lobby') return server.send(text);
          const refusal = { type: 'error', ref, code: 'forbidden', message: 'not for you' };
          asked.push({ topic, refuses: () => socket.send(JSON.stringify(refusal)) });
        });
      });
      const goesTo = async (topic: string) =>
        await ann.page.evaluate((topic) => {
          const link = document.createElement('a');
          link.href = `/t/${topic}`;
          document.body.append(link);
          link.click();
          link.remove();
        }, topic);
      const isAsked = (topics: string[]) => expect.poll(() => asked.map(({ topic }) => topic)).toEqual(topics);
      await ann.joins('lobby');
      await goesTo('garden');
      await isAsked(['garden']);
      await expect(ann.page.getByText('Loading messages…')).toBeVisible();
      await isAccessible(ann, 'loading');
      await goesTo('lobby');
      asked[0].refuses();
      await goesTo('garden');
      await expect(ann.page.getByText('This topic can’t be opened right now.')).toBeVisible();
      await isAccessible(ann, 'a topic refused');
      await goesTo('kitchen');
      await isAsked(['garden', 'kitchen']);
      asked[1].refuses();
      await expect(ann.status).toHaveText('not for you');
      await isAccessible(ann, 'a line refused');
    });

    test('pending messages', async ({ newcomer, consoleGuard }) => {
      consoleGuard.tolerates(...NETWORK_GONE);
      const ann = await newcomer(options);
      await ann.joins('lobby');
      await ann.messageField.fill('a \u202e name');
      await ann.nameField.fill('\u202e');
      await ann.writeButton.click();
      await expect(ann.page.getByRole('alert')).toBeVisible();
      await isAccessible(ann, 'a name refused');
      await ann.isNamed('Ann');
      await ann.page.context().setOffline(true);
      await ann.isOffline();
      await ann.publishes('kept meanwhile');
      await ann.seesWaiting('kept meanwhile');
      await isAccessible(ann, 'cut off, with a message that waits');
    });

    test.describe('a server limited to one topic', () => {
      test.use({ settings: { 'max-topics': 0 } });

      test('rejected messages', async ({ newcomer, bob }) => {
        await bob.joins('lobby');
        await bob.publishes('The only topic');
        await bob.sees('The only topic');
        const ann = await newcomer(options);
        await ann.joins('garden');
        await ann.publishes('One');
        await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
        await isAccessible(ann, 'a message refused');
      });
    });
  });
}

test('a drawer of topics on a phone', async ({ newcomer }) => {
  const ann = await newcomer({ viewport: { width: 390, height: 844 } });
  await ann.joins('lobby');
  await button(ann, 'Topics').click();
  await expect(ann.topics.getByRole('link', { name: 'All topics' })).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(ann.topics).toBeHidden();
  await expect(button(ann, 'Topics')).toBeFocused();
});

test('text at 200 % is complete', async ({ newcomer, bob }) => {
  const ann = await newcomer({ viewport: { width: 640, height: 800 } });
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.publishes('A message that is read in large letters, whatever its length may be.');
  await ann.page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });
  await ann.sees('A message that is read in large letters, whatever its length may be.');
  const overflow = await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expect(ann.writeButton).toBeInViewport();
});
