import type { Page } from '@playwright/test';
import { presses, type State, shows } from './state';
import type { View } from './views';

const isNotPrinted = ({ media }: View) => media !== 'print';
/** There the sidebar is a drawer. */
const isNarrow = (view: View) => isNotPrinted(view) && view.width < 896;

async function opensHeaderMenu(page: Page, index: number): Promise<void> {
  await page.locator('.header-menu > button').nth(index).click();
  await shows(page, '.header-menu .choices:popover-open');
}

const ALL: State[] = [
  {
    name: 'suggestions',
    enters: async (page) => {
      await page.locator('#message').fill('x :ca');
      await page.locator('#message').press('t');
      await shows(page, '.offers li');
    },
  },
  {
    name: 'message-menu',
    enters: async (page) => {
      await presses(page, 'k', 'Enter');
      await shows(page, '.message .choices:popover-open');
    },
  },
  {
    name: 'emoji',
    enters: async (page) => {
      await presses(page, 'k', 'Enter');
      await page.locator('.choices:popover-open .palette [aria-expanded]').click();
      await shows(page, '.picker .found button');
    },
  },
  { name: 'follow-menu', enters: (page) => opensHeaderMenu(page, 0) },
  { name: 'topic-menu', enters: (page) => opensHeaderMenu(page, 1) },
  {
    name: 'people',
    enters: async (page) => {
      await page.locator('.here > button').click();
      await shows(page, '#people li');
    },
  },
  {
    name: 'settings',
    enters: async (page) => {
      await presses(page, 'Control+,');
      await shows(page, 'dialog[open] .switch');
    },
  },
  {
    name: 'shortcuts',
    enters: async (page) => {
      await presses(page, '?');
      await shows(page, 'dialog[open] .keys');
    },
  },
  {
    name: 'search-dialog',
    enters: async (page) => {
      await presses(page, '/');
      await page.locator('dialog[open] input[type="search"]').fill('roses');
      await page.keyboard.press('Enter');
      await shows(page, 'dialog[open] .hit');
    },
  },
  {
    name: 'switcher',
    enters: async (page) => {
      await presses(page, 'Control+k');
      await shows(page, 'dialog[open] .switcher li');
    },
  },
  {
    name: 'drawer',
    isIn: isNarrow,
    enters: async (page) => {
      await page.locator('.topics.tool').click();
      await shows(page, '.sidebar[data-open] .foot');
    },
  },
];

/** Layers that open above a topic. None of them is on paper. */
export const LAYERS: State[] = ALL.map((state) => ({ isIn: isNotPrinted, ...state }));
