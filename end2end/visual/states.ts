import { expect } from '@playwright/test';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';
import { TOPIC } from './content';
import { LAYERS } from './layers';
import { presses, type State, shows } from './state';

const TOPIC_STATES: State[] = [
  { name: 'topic', isRoomy: true },
  { name: 'topic-empty', path: '/t/pond', isRoomy: true },
  {
    name: 'topic-unread',
    isRoomy: true,
    before: (server) => postsForms(server, TOPIC, notes(61)),
    enters: (page) => shows(page, '.divider[data-fresh]'),
  },
  {
    name: 'topic-away-from-the-newest',
    before: (server) => postsForms(server, TOPIC, notes(61)),
    enters: async (page) => {
      await expect(async () => {
        await page.locator('.log').evaluate((log) => log.scrollTo(0, 0));
        await expect(page.locator('.to-end')).toBeVisible({ timeout: 1_000 });
      }).toPass();
    },
  },
  {
    name: 'reply',
    enters: async (page) => {
      await presses(page, 'k', 'r');
      await shows(page, '.answering');
    },
  },
  {
    name: 'edit',
    enters: async (page) => {
      await page.locator('#message').focus();
      await page.keyboard.press('ArrowUp');
      await shows(page, '.edit textarea');
    },
  },
  {
    name: 'long-draft',
    enters: (page) => page.locator('#message').fill('a line of a long draft\n'.repeat(60)),
  },
  {
    name: 'name-asked',
    isStranger: true,
    enters: async (page) => {
      await page.locator('#message').click();
      await shows(page, '.composer .name input');
    },
  },
  {
    name: 'offline',
    enters: async (page) => {
      await page.context().setOffline(true);
      await shows(page, '.connection[data-state="lost"]');
      await page.locator('#message').fill('From the tunnel');
      await page.locator('#message').press('Enter');
      await shows(page, '.message[data-pending] .progress');
    },
  },
];

const PAGES: State[] = [
  { name: 'directory', path: '/' },
  { name: 'directory-nothing-found', path: '/?q=tulips' },
  { name: 'new-topic', path: '/?new' },
  { name: 'search', path: '/search?q=roses' },
  { name: 'search-nothing-found', path: '/search?q=tulips' },
  { name: 'missing', path: '/nowhere' },
];

export const STATES: State[] = [...TOPIC_STATES, ...LAYERS, ...PAGES];

/** Opens the page in a state. */
export async function opens(person: Person, state: State): Promise<void> {
  const { page } = person;
  await page.goto(state.path ?? `/t/${TOPIC}`);
  await person.isLive();
  if (await page.locator('.composer').count()) {
    await expect(page.locator('.connection')).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
    await person.hasAllParts();
  }
  await state.enters?.(page);
}
