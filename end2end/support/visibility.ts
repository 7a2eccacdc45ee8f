import type { Page } from '@playwright/test';

/** Makes the page hidden and unfocused, as when its reader switches to another window. */
export async function hidesPage(page: Page): Promise<void> {
  await page.evaluate(setHidden, true);
}

export async function showsPage(page: Page): Promise<void> {
  await page.evaluate(setHidden, false);
}

/** Overrides the properties, since a headless browser never hides a page. Runs in the page. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  Object.defineProperty(document, 'hasFocus', { value: () => !hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}
