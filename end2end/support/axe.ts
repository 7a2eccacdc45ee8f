import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Person } from './person';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What people look at Chorus with. */
export const SCREENS = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { screen: `phone, ${colorScheme}`, options: { colorScheme, viewport: { width: 390, height: 844 } } },
  { screen: `desk, ${colorScheme}`, options: { colorScheme, viewport: { width: 1280, height: 800 } } },
]);

/** Which rules of axe all that this person sees now breaks, and where. What moves is looked at where it will be. */
export async function broken(person: Person): Promise<string[]> {
  await person.page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page: person.page }).withTags(RULES).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

export async function isAccessible(person: Person, state: string): Promise<void> {
  expect.soft(await broken(person), state).toEqual([]);
}
