import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Person } from './person';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Sizes and colour schemes of screens. */
export const SCREENS = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { screen: `phone, ${colorScheme}`, options: { colorScheme, viewport: { width: 390, height: 844 } } },
  { screen: `desk, ${colorScheme}`, options: { colorScheme, viewport: { width: 1280, height: 800 } } },
]);

/** Returns the axe rules that the person's page violates, with the elements. Waits for animations to end first. */
export async function violations(person: Person): Promise<string[]> {
  await person.page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished.catch(() => {}))));
  const { violations: found } = await new AxeBuilder({ page: person.page }).withTags(RULES).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

export async function isAccessible(person: Person, state: string): Promise<void> {
  expect.soft(await violations(person), state).toEqual([]);
}
