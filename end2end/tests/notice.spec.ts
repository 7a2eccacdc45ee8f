import type { BrowserContextOptions } from '@playwright/test';
import { looksAway, looksBack } from '../support/attention';
import type { Person } from '../support/person';
import { expect, test } from '../support/stage';
import { countsTold, holdsTold, presses } from '../support/told';
import { follows } from '../support/topics';

const icon = (person: Person) => person.page.locator('link[rel="icon"]');

test('the title and the icon say what is new elsewhere, mentions first', async ({ ann }) => {
  const line = await follows(ann.page, [{ topic: 'lobby' }, { topic: 'garden' }]);
  await ann.joins('lobby');
  await expect(ann.page).toHaveTitle('lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon.svg');
  line.tells({ topic: 'garden', unread: 3 });
  await expect(ann.page).toHaveTitle('(3) lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon-new.svg');
  line.tells({ topic: 'garden', unread: 4, mentions: 1 });
  await expect(ann.page).toHaveTitle('(1) lobby · Chorus');
  line.tells({ topic: 'garden', unread: 5, follow: 'muted' });
  await expect(ann.page).toHaveTitle('lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon.svg');
});

test('what comes while nobody looks is new until somebody does', async ({ ann, bob }) => {
  await follows(ann.page, [{ topic: 'lobby' }]);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.says('before your eyes');
  await ann.sees('before your eyes');
  await looksAway(ann.page);
  await bob.says('behind your back');
  await expect(ann.page).toHaveTitle(/^\(\d\) lobby/);
  await looksBack(ann.page);
  await expect(ann.page).toHaveTitle('lobby · Chorus');
});

/** Counts the notes that the page plays. */
async function listens(person: Person): Promise<() => Promise<number>> {
  await person.page.addInitScript(() => {
    const start = OscillatorNode.prototype.start;
    const counts = window as unknown as { notes: number };
    counts.notes = 0;
    OscillatorNode.prototype.start = function (...when) {
      counts.notes += 1;
      start.apply(this, when);
    };
  });
  return () => person.page.evaluate(() => (window as unknown as { notes: number }).notes);
}

test('a sound is played when it is chosen and for what was chosen, and never unasked', async ({ ann, bob }) => {
  const notes = await listens(ann);
  await follows(ann.page, [{ topic: 'lobby' }]);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await looksAway(ann.page);
  await bob.says('@Ann are you there?');
  await ann.sees('@Ann are you there?');
  expect(await notes()).toBe(0);
  await ann.page.getByRole('button', { name: 'Settings' }).click();
  await ann.page.getByRole('combobox', { name: 'Sound' }).selectOption('When I am mentioned');
  await expect.poll(notes).toBe(2);
  await ann.page.keyboard.press('Escape');
  await bob.says('nothing for you');
  await ann.sees('nothing for you');
  await bob.says('@Ann and now?');
  await expect.poll(notes).toBe(4);
});

/** Somebody in the lobby who wants to be told. */
async function listener(newcomer: (options: BrowserContextOptions) => Promise<Person>): Promise<Person> {
  const person = await newcomer({ serviceWorkers: 'allow', permissions: ['notifications'] });
  await follows(person.page, [{ topic: 'lobby' }]);
  await person.joins('lobby');
  await person.page.getByRole('button', { name: 'Settings' }).click();
  await person.page.getByRole('checkbox', { name: /^Notify me/ }).check();
  await person.page.keyboard.press('Escape');
  return person;
}

test('a mention is told where one wants that, folds into one a topic, and leads there', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  await bob.isNamed('Bob');
  const told = () =>
    ann.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    });
  await bob.says('@Ann while you look');
  await ann.sees('@Ann while you look');
  await looksAway(ann.page);
  await bob.says('no mention');
  await bob.says('@Ann first');
  await bob.says('@Ann second');
  await expect.poll(told).toEqual([{ title: 'Bob', body: '@Ann second', tag: 'lobby', data: '/t/lobby/4' }]);
});

test('what is told later is told last', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const told = await holdsTold(ann.page);
  await looksAway(ann.page);
  await bob.says('@Ann first');
  await expect.poll(told.order).toEqual(['begins: @Ann first']);
  await bob.says('@Ann second');
  await expect(ann.page).toHaveTitle(/^\(2\) lobby/);
  await told.letsGo();
  await expect
    .poll(told.order)
    .toEqual(['begins: @Ann first', 'ends: @Ann first', 'begins: @Ann second', 'ends: @Ann second']);
});

test.describe('somebody with three tabs who looks elsewhere', () => {
  const wants = async (person: Person) => {
    await person.page.getByRole('button', { name: 'Settings' }).click();
    await person.page.getByRole('combobox', { name: 'Sound' }).selectOption('When I am mentioned');
    await person.page.getByRole('checkbox', { name: /^Notify me/ }).check();
    await person.page.keyboard.press('Escape');
  };

  test('is told once, by one sound', async ({ newcomer, bob }) => {
    const ann = await newcomer({ serviceWorkers: 'allow', permissions: ['notifications'] });
    const tabs = [ann, await ann.another(), await ann.another()];
    const notes: (() => Promise<number>)[] = [];
    for (const tab of tabs) {
      notes.push(await listens(tab));
      await follows(tab.page, [{ topic: 'lobby' }]);
      await tab.joins('lobby');
      // A browser plays nothing where nobody did anything.
      await tab.messageField.click();
    }
    await wants(ann);
    await expect.poll(notes[0]).toBe(2);
    await bob.joins('lobby');
    for (const tab of tabs) await looksAway(tab.page);
    const told = await countsTold(ann.page);
    const all = async () => (await Promise.all(notes.map((count) => count()))).reduce((sum, count) => sum + count, 0);
    for (const n of [1, 2, 3, 4]) {
      await bob.says(`@Ann ${n}`);
      for (const tab of tabs) await tab.sees(`@Ann ${n}`);
      await expect.poll(all).toBe(2 + 2 * n);
      await expect.poll(told).toBe(n);
    }
    // Whoever came second would have been counted with the next.
    await bob.says('the end');
    for (const tab of tabs) await tab.sees('the end');
    expect([await all(), await told()]).toEqual([10, 4]);
  });
});

test('a press on what was told leads to the message, on a page that can go there', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  const told = () =>
    ann.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).length);
  const mentions = async (text: string) => {
    await looksAway(ann.page);
    await bob.says(text);
    await expect.poll(told).toBe(1);
  };
  await mentions('@Ann look here');
  await ann.messageField.fill('half a thought');
  expect(await presses(ann.page)).toEqual([]);
  await expect(ann.page).toHaveURL(/\/t\/lobby\/1#m1$/);
  await expect(ann.message('@Ann look here')).toBeInViewport();
  await expect(ann.messageField).toHaveValue('half a thought');
  expect(await told()).toBe(0);
  await mentions('@Ann and here');
  // The directory cannot go to a message by itself.
  await ann.page.goto('/');
  expect(await presses(ann.page)).toEqual(['/t/lobby/2']);
});
