import type { Page } from '@playwright/test';

/** Makes the page hidden and unfocused, as when its reader switches to another window. */
export async function hidesPage(page: Page): Promise<void> {
  await setHidden(page, true);
}

export async function showsPage(page: Page): Promise<void> {
  await setHidden(page, false);
}

/** Overrides the properties, since a headless browser never hides a page. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    Object.defineProperty(document, 'hasFocus', { value: () => !hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);
}
