import { expect, type Page } from '@playwright/test';
import type { Server } from '../support/server';
import type { View } from './views';

/** A state of the page. Its elements are found by CSS, since the page is in several languages. */
export type State = {
  name: string;
  path?: string;
  /** Happens before the page is opened. */
  before?: (server: Server) => Promise<void>;
  /** Brings the opened page into the state. */
  enters?: (page: Page) => Promise<void>;
  /** The views in which the state exists. */
  isIn?: (view: View) => boolean;
  /** Whether a low window must leave half of its height to the log. */
  isRoomy?: boolean;
  /** Whether the reader is new: without a name, and without messages here. */
  isStranger?: boolean;
};

/** Presses keys, beginning at the log. */
export async function presses(page: Page, ...keys: string[]): Promise<void> {
  await page.locator('.log').focus();
  for (const key of keys) await page.keyboard.press(key);
}

export async function shows(page: Page, css: string): Promise<void> {
  await expect(page.locator(css).first()).toBeVisible({ timeout: 30_000 });
}
