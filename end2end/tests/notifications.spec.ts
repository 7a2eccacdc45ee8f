import type { BrowserContextOptions } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { mocksMemberships } from '../support/memberships';
import { clicksNotification, countsNotifications, holdsNotification } from '../support/notifications';
import type { Person } from '../support/person';
import { hidesPage, showsPage } from '../support/visibility';

const icon = (person: Person) => person.page.locator('link[rel="icon"]');

test('the title and the icon count unread messages elsewhere, mentions first', async ({ ann }) => {
  const connection = await mocksMemberships(ann.page, [{ topic: 'lobby' }, { topic: 'garden' }]);
  await ann.joins('lobby');
  await expect(ann.page).toHaveTitle('lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon.svg');
  connection.sendsMembership({ topic: 'garden', unread: 3 });
  await expect(ann.page).toHaveTitle('(3) lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon-new.svg');
  connection.sendsMembership({ topic: 'garden', unread: 4, mentions: 1 });
  await expect(ann.page).toHaveTitle('(1) lobby · Chorus');
  connection.sendsMembership({ topic: 'garden', unread: 5, follow: 'muted' });
  await expect(ann.page).toHaveTitle('lobby · Chorus');
  await expect(icon(ann)).toHaveAttribute('href', '/favicon.svg');
});

test('messages that arrive in a hidden tab are unread until it is shown', async ({ ann, bob }) => {
  await mocksMemberships(ann.page, [{ topic: 'lobby' }]);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.publishes('before your eyes');
  await ann.sees('before your eyes');
  await hidesPage(ann.page);
  await bob.publishes('behind your back');
  await expect(ann.page).toHaveTitle(/^\(\d\) lobby/);
  await showsPage(ann.page);
  await expect(ann.page).toHaveTitle('lobby · Chorus');
});

/** Counts the tones that the page plays. */
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

test('the first sound is not dropped where the audio takes long to start', async ({ ann, bob }) => {
  const notes = await listens(ann);
  await ann.page.addInitScript(() => {
    localStorage.setItem('chorus.settings', JSON.stringify({ sound: 'mentions' }));
    const { resume } = AudioContext.prototype;
    const { now } = Date;
    const counts = window as unknown as { starts: number };
    counts.starts = 0;
    // The clock jumps, so that the story need not wait.
    Date.now = () => now() + counts.starts * 5_000;
    AudioContext.prototype.resume = async function () {
      await resume.call(this);
      counts.starts += 1;
    };
  });
  const starts = () => ann.page.evaluate(() => (window as unknown as { starts: number }).starts);
  await mocksMemberships(ann.page, [{ topic: 'lobby' }]);
  await ann.joins('lobby');
  await ann.hasAllParts();
  expect(await starts()).toBe(0);
  await ann.messageField.click();
  await expect.poll(starts).toBe(1);
  await bob.joins('lobby');
  await hidesPage(ann.page);
  await bob.publishes('@Ann are you there?');
  await expect.poll(notes).toBe(2);
});

test('a sound is played only for the chosen events', async ({ ann, bob }) => {
  const notes = await listens(ann);
  await mocksMemberships(ann.page, [{ topic: 'lobby' }]);
  await ann.joins('lobby');
  await bob.joins('lobby');
  await hidesPage(ann.page);
  await bob.publishes('@Ann are you there?');
  await ann.sees('@Ann are you there?');
  expect(await notes()).toBe(0);
  await ann.choosesFromTopicMenu('Settings');
  await ann.page.getByRole('combobox', { name: 'Sound' }).selectOption('Mentions');
  await expect.poll(notes).toBe(2);
  await ann.page.keyboard.press('Escape');
  await bob.publishes('nothing for you');
  await ann.sees('nothing for you');
  await bob.publishes('@Ann and now?');
  await expect.poll(notes).toBe(4);
});

/** Enables notifications in the settings, and waits for the browser's permission and for the service worker. */
async function enablesNotifications(person: Person): Promise<void> {
  await person.page.getByRole('checkbox', { name: /^Notify me/ }).check();
  const stored = () => person.page.evaluate(() => localStorage.getItem('chorus.settings') ?? '');
  await expect.poll(stored).toContain('"notifications":true');
  await expect.poll(() => person.page.context().serviceWorkers().length).toBe(1);
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
}

/** A person in the lobby with notifications enabled. */
async function listener(newcomer: (options: BrowserContextOptions) => Promise<Person>): Promise<Person> {
  const person = await newcomer({ serviceWorkers: 'allow', permissions: ['notifications'] });
  await mocksMemberships(person.page, [{ topic: 'lobby' }]);
  await person.joins('lobby');
  await person.choosesFromTopicMenu('Settings');
  await enablesNotifications(person);
  await person.page.keyboard.press('Escape');
  return person;
}

test('a mention notifies where enabled, once per topic, and links to the message', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  await bob.isNamed('Bob');
  const shown = () =>
    ann.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    });
  await bob.publishes('@Ann while you look');
  await ann.sees('@Ann while you look');
  await hidesPage(ann.page);
  await bob.publishes('no mention');
  await bob.publishes('@Ann first');
  await bob.publishes('@Ann **second** `tea`');
  // The rendered text, without its marks.
  await expect.poll(shown).toEqual([{ title: 'Bob', body: '@Ann second tea', tag: 'lobby', data: '/t/lobby/4' }]);
});

test('notifications keep their order', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  const shown = await holdsNotification(ann.page);
  await hidesPage(ann.page);
  await bob.publishes('@Ann first');
  await expect.poll(shown.order).toEqual(['begins: @Ann first']);
  await bob.publishes('@Ann second');
  await expect(ann.page).toHaveTitle(/^\(2\) lobby/);
  await shown.releases();
  await expect
    .poll(shown.order)
    .toEqual(['begins: @Ann first', 'ends: @Ann first', 'begins: @Ann second', 'ends: @Ann second']);
});

test.describe('a person with three hidden tabs', () => {
  const wants = async (person: Person) => {
    await person.choosesFromTopicMenu('Settings');
    await person.page.getByRole('combobox', { name: 'Sound' }).selectOption('Mentions');
    await enablesNotifications(person);
    await person.page.keyboard.press('Escape');
  };

  test('gets one notification and one sound', async ({ newcomer, bob }) => {
    const ann = await newcomer({ serviceWorkers: 'allow', permissions: ['notifications'] });
    const tabs = [ann, await ann.opensTab(), await ann.opensTab()];
    const notes: (() => Promise<number>)[] = [];
    for (const tab of tabs) {
      notes.push(await listens(tab));
      await mocksMemberships(tab.page, [{ topic: 'lobby' }]);
      await tab.joins('lobby');
      // A browser plays no sound before the first user gesture.
      await tab.page.bringToFront();
      await tab.messageField.click();
    }
    await ann.page.bringToFront();
    await wants(ann);
    await expect.poll(notes[0]).toBe(2);
    await bob.joins('lobby');
    for (const tab of tabs) await hidesPage(tab.page);
    const shown = await countsNotifications(ann.page);
    const all = async () => (await Promise.all(notes.map((count) => count()))).reduce((sum, count) => sum + count, 0);
    for (const n of [1, 2, 3, 4]) {
      await bob.publishes(`@Ann ${n}`);
      for (const tab of tabs) await tab.sees(`@Ann ${n}`);
      await expect.poll(all).toBe(2 + 2 * n);
      await expect.poll(shown).toBe(n);
    }
    // A second notification would have been counted with the next one.
    await bob.publishes('the end');
    for (const tab of tabs) await tab.sees('the end');
    expect([await all(), await shown()]).toEqual([10, 4]);
  });
});

test('a click on a notification opens the message, in a page that can', async ({ newcomer, bob }) => {
  const ann = await listener(newcomer);
  await bob.joins('lobby');
  const shown = () =>
    ann.page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).length);
  const mentions = async (text: string) => {
    await hidesPage(ann.page);
    await bob.publishes(text);
    await expect.poll(shown).toBe(1);
  };
  await mentions('@Ann look here');
  await ann.messageField.fill('half a thought');
  expect(await clicksNotification(ann.page)).toEqual([]);
  await expect(ann.page).toHaveURL(/\/t\/lobby\/1#m1$/);
  await expect(ann.message('@Ann look here')).toBeInViewport();
  await expect(ann.messageField).toHaveValue('half a thought');
  await expect.poll(shown).toBe(0);
  await mentions('@Ann and here');
  // The directory's page cannot navigate to a message itself.
  await ann.page.goto('/');
  expect(await clicksNotification(ann.page)).toEqual(['/t/lobby/2']);
});
