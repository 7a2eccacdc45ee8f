import type { Page } from '@playwright/test';

/** The reader looks elsewhere: the browser hides the page. */
export async function looksAway(page: Page): Promise<void> {
  await setHidden(page, true);
}

export async function looksBack(page: Page): Promise<void> {
  await setHidden(page, false);
}

/** A browser without a screen hides no page by itself. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    Object.defineProperty(document, 'hasFocus', { value: () => !hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);
}
