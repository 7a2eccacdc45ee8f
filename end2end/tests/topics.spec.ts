import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { createsTopic } from '../support/history';
import type { Person } from '../support/person';

/** Publishes in both topics, so that the person follows them, and stays in the second. */
async function followsBoth(person: Person, first: string, second: string): Promise<void> {
  for (const topic of [first, second]) {
    await person.joins(topic);
    await person.publishes(`begins ${topic}`);
    await person.sees(`begins ${topic}`);
    await person.isFollowing('Following');
  }
  await expect(person.topic(first)).toBeVisible();
}

test.describe('switching topics', () => {
  test('needs no page load, and returning shows messages from meanwhile', async ({ ann, bob }) => {
    await followsBoth(ann, 'lobby', 'rust');
    await bob.joins('lobby');
    await ann.page.evaluate(() => Object.assign(window, { stayed: true }));
    await ann.publishes('about rust');
    await ann.sees('about rust');
    await ann.switchesTo('lobby');
    await expect(ann.page).toHaveURL(/\/t\/lobby$/);
    await expect(ann.page).toHaveTitle('lobby · Chorus');
    await ann.seesAll(['begins lobby']);
    await ann.publishes('hello lobby');
    await bob.sees('hello lobby');
    await ann.switchesTo('rust');
    await ann.seesAll(['begins rust', 'about rust']);
    await bob.publishes('while you were in rust');
    await ann.page.goBack();
    await expect(ann.page).toHaveURL(/\/t\/lobby$/);
    await ann.seesAll(['begins lobby', 'hello lobby', 'while you were in rust']);
    await ann.page.goForward();
    await ann.seesAll(['begins rust', 'about rust']);
    expect(await ann.page.evaluate(() => 'stayed' in window)).toBe(true);
  });

  test('keeps unsent text with its topic', async ({ ann }) => {
    await followsBoth(ann, 'lobby', 'rust');
    await ann.messageField.fill('half a thought about rust');
    await ann.switchesTo('lobby');
    await expect(ann.messageField).toHaveValue('');
    await ann.messageField.fill('and one for the lobby');
    await ann.switchesTo('rust');
    await expect(ann.messageField).toHaveValue('half a thought about rust');
    await ann.switchesTo('lobby');
    await expect(ann.messageField).toHaveValue('and one for the lobby');
  });

  test('leaves clicks with modifiers to the browser', async ({ ann }) => {
    await followsBoth(ann, 'lobby', 'rust');
    const [tab] = await Promise.all([
      ann.page.context().waitForEvent('page'),
      ann.topic('lobby').click({ modifiers: ['ControlOrMeta'] }),
    ]);
    await expect(tab).toHaveURL(/\/t\/lobby$/);
    await expect(ann.page).toHaveURL(/\/t\/rust$/);
  });

  test('offline keeps pending messages, and each goes to its own topic', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await followsBoth(ann, 'lobby', 'rust');
    await ann.switchesTo('lobby');
    await bob.joins('lobby');
    await ann.page.context().setOffline(true);
    await ann.isOffline();
    await ann.publishes('for the lobby');
    await ann.seesWaiting('for the lobby');
    await ann.switchesTo('rust');
    await expect(ann.pending('for the lobby')).toHaveCount(0);
    await ann.publishes('for rust');
    await ann.page.context().setOffline(false);
    await ann.isConnected();
    await bob.sees('for the lobby');
    await ann.seesAll(['begins rust', 'for rust']);
    await ann.switchesTo('lobby');
    await ann.seesAll(['begins lobby', 'for the lobby']);
  });
});

test.describe('an unread count', () => {
  test('counts in the list, and is cleared on all devices once seen', async ({ ann, bob, newcomer }) => {
    await followsBoth(ann, 'lobby', 'rust');
    await bob.joins('lobby');
    await bob.publishes('one');
    await bob.publishes('two');
    await expect(ann.topic('lobby')).toContainText('2 unread messages');
    const other = await newcomer({ storageState: await ann.page.context().storageState() });
    await other.joins('rust');
    await expect(other.topic('lobby')).toContainText('2 unread messages');
    await ann.switchesTo('lobby');
    await expect(ann.log.getByText('New since you were last here')).toBeVisible();
    await expect(ann.topic('lobby')).not.toContainText('unread');
    await expect(other.topic('lobby')).not.toContainText('unread');
    await other.page.reload();
    await other.isConnected();
    await expect(other.topic('lobby')).not.toContainText('unread');
  });

  test('reactions and edits do not count', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await bob.publishes('Helo');
    await bob.sees('Helo');
    await followsBoth(ann, 'lobby', 'rust');
    await bob.sees('begins lobby');
    await bob.edits('Helo', 'Hello');
    await bob.sees('Hello');
    await bob.reacts('Hello', '👍');
    await bob.publishes('new');
    await expect(ann.topic('lobby')).toContainText('1 unread message');
  });

  test('is not shown for a muted topic, except mentions', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('I am here');
    await ann.sees('I am here');
    await ann.isFollowing('Following');
    await ann.follows('Muted');
    // The list shows what the server has confirmed.
    await expect(ann.topic('lobby')).toHaveAttribute('data-muted', '');
    await ann.joins('rust');
    await bob.joins('lobby');
    await bob.publishes('quiet');
    await bob.publishes('Hello @Ann');
    await expect(ann.topic('lobby')).toContainText('1 mention of you');
    await expect(ann.topic('lobby')).not.toContainText('unread');
    await ann.switchesTo('lobby');
    await expect(ann.topic('lobby')).not.toContainText('mention');
  });

  test('a topic that is not followed any more leaves the list', async ({ ann }) => {
    await followsBoth(ann, 'lobby', 'rust');
    await ann.switchesTo('lobby');
    await ann.follows('Not following');
    await ann.switchesTo('rust');
    await expect(ann.topic('lobby')).toHaveCount(0);
  });

  test('authors follow a topic', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.publishes('hello');
    await ann.isFollowing('Following');
  });
});

test('the list of topics is sorted by title, or by name where there is none', async ({ ann, server }) => {
  for (const [name, title] of [
    ['aardvark', 'Zebra'],
    ['zoo', 'apple'],
    ['middle', ''],
  ]) {
    if (title) await createsTopic(server, name, title);
    await ann.joins(name);
    await ann.publishes(`begins ${name}`);
    await ann.isFollowing('Following');
  }
  const sorted = ['apple', 'middle', 'Zebra'];
  await expect(ann.topics.getByRole('listitem').locator('.name')).toHaveText(sorted);
  await ann.page.reload();
  await ann.isConnected();
  await expect(ann.topics.getByRole('listitem').locator('.name')).toHaveText(sorted);
});

test.describe('a topic', () => {
  test('can be given a title and a description, which everyone sees', async ({ ann, bob }) => {
    for (const person of [ann, bob]) await person.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('hello');
    await ann.choosesFromTopicMenu('Edit title and description');
    const dialog = ann.page.getByRole('dialog', { name: 'Edit title and description' });
    await dialog.getByLabel('Title', { exact: true }).fill('The lobby');
    await dialog.getByLabel('Description').fill('Where everyone comes in.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toBeHidden();
    for (const person of [ann, bob]) {
      await expect(person.page.getByRole('heading', { level: 1 })).toHaveText('The lobby');
      await expect(person.log.getByText(/named the topic/)).toBeVisible();
    }
    await expect(bob.page).toHaveTitle('The lobby · Chorus');
  });

  test('can be given a title while its first message is on its way', async ({ ann }) => {
    const held: (string | Buffer)[] = [];
    let holds = false;
    let release = (): void => {};
    await ann.page.routeWebSocket('**/chat', (socket) => {
      const server = socket.connectToServer();
      release = () => {
        holds = false;
        held.splice(0).forEach((frame) => socket.send(frame));
      };
      server.onMessage((frame) => (holds ? held.push(frame) : socket.send(frame)));
    });
    await ann.joins('lobby');
    holds = true;
    await ann.publishes('hello');
    await expect.poll(() => held.some((frame) => frame.includes('"hello"'))).toBe(true);
    await ann.choosesFromTopicMenu('Edit title and description');
    const dialog = ann.page.getByRole('dialog', { name: 'Edit title and description' });
    await dialog.getByLabel('Title', { exact: true }).fill('The lobby');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
    // The server has refused to create a topic that exists by then.
    await expect(() => expect(held.some((frame) => frame.includes('"exists"'))).toBe(true)).toPass();
    release();
    await expect(dialog).toBeHidden();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('The lobby');
    await ann.sees('hello');
  });

  test('is named in the empty message field, by its title of now', async ({ ann, bob }) => {
    for (const person of [ann, bob]) await person.joins('tea');
    const placeholder = (title: string) => `Message “\u2068${title}\u2069”`;
    await expect(ann.messageField).toHaveAttribute('placeholder', placeholder('tea'));
    await ann.publishes('hello');
    const dialog = ann.page.getByRole('dialog', { name: 'Edit title and description' });
    for (const title of ['غرفة (1)', 'Tea '.repeat(25).trim()]) {
      await ann.choosesFromTopicMenu('Edit title and description');
      await dialog.getByLabel('Title', { exact: true }).fill(title);
      await dialog.getByRole('button', { name: 'Save' }).click();
      for (const { messageField } of [ann, bob]) {
        await expect(messageField).toHaveAttribute('placeholder', placeholder(title));
      }
    }
    await ann.page.setViewportSize({ width: 390, height: 844 });
    const height = async () => (await ann.messageField.boundingBox())!.height;
    const empty = await height();
    await ann.messageField.fill('one line');
    await expect.poll(height).toBe(empty);
    await ann.page.setViewportSize({ width: 1280, height: 800 });
    await ann.joins('lobby');
    await ann.topic('Tea').click();
    await expect(ann.page).toHaveURL(/\/t\/tea$/);
    await expect(ann.messageField).toHaveAttribute('placeholder', placeholder('Tea '.repeat(25).trim()));
  });

  test('whose title is removed is called by its name, and a notice says so', async ({ ann, bob }) => {
    for (const person of [ann, bob]) await person.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('hello');
    const dialog = ann.page.getByRole('dialog', { name: 'Edit title and description' });
    for (const title of ['The lobby', '']) {
      await ann.choosesFromTopicMenu('Edit title and description');
      await dialog.getByLabel('Title', { exact: true }).fill(title);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expect(dialog).toBeHidden();
      for (const person of [ann, bob]) {
        await expect(person.page.getByRole('heading', { level: 1 })).toHaveText(title || 'lobby');
      }
    }
    for (const person of [ann, bob]) {
      await expect(person.log.getByText(/Ann.* removed the topic’s title/)).toBeVisible();
      await expect(person.log.getByText(/named the topic/)).toHaveCount(1);
    }
  });

  test('is described after a switch, and changing one field keeps the other', async ({ ann, bob }) => {
    const dialogOf = (person: Person) => person.page.getByRole('dialog', { name: 'Edit title and description' });
    const opens = async (person: Person) => {
      await person.choosesFromTopicMenu('Edit title and description');
      await expect(dialogOf(person).getByLabel('Title', { exact: true })).toHaveValue('Tea');
      await expect(dialogOf(person).getByLabel('Description')).toHaveValue('All of it.');
    };
    const saves = async (person: Person, label: string, text: string) => {
      await dialogOf(person).getByLabel(label, { exact: true }).fill(text);
      await dialogOf(person).getByRole('button', { name: 'Save' }).click();
      await expect(dialogOf(person)).toBeHidden();
    };
    await ann.joins('tea');
    await ann.publishes('hello');
    await ann.sees('hello');
    await ann.choosesFromTopicMenu('Edit title and description');
    await dialogOf(ann).getByLabel('Title', { exact: true }).fill('Tea');
    await saves(ann, 'Description', 'All of it.');
    await bob.joins('tea');
    await ann.joins('lobby');
    await ann.topic('Tea').click();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Tea');
    await expect(ann.page.locator('header .about')).toHaveText('All of it.');
    for (const person of [ann, bob]) await opens(person);
    await saves(bob, 'Title', 'Coffee');
    // The title changed after Ann opened the form; she changes the description only.
    await saves(ann, 'Description', 'Freshly ground.');
    for (const person of [ann, bob]) {
      await expect(person.page.getByRole('heading', { level: 1 })).toHaveText('Coffee');
      await expect(person.page.locator('header .about')).toHaveText('Freshly ground.');
    }
    await ann.choosesFromTopicMenu('Edit title and description');
    await dialogOf(ann).getByRole('button', { name: 'Save' }).click();
    await expect(dialogOf(ann)).toBeHidden();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Coffee');
  });
});
