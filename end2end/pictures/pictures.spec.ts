import type { BrowserContextOptions } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const CODE = 'It is one line:\n\n```rust\nlet newest = log.tail(&topic, 30).await?;\n```';

test.use({ settings: { 'presence-ms': 50 } });

/** The conversation in the pictures. */
async function talk(ann: Person, bob: Person): Promise<void> {
  for (const [person, name] of [
    [ann, 'Ann'],
    [bob, 'Bob'],
  ] as const) {
    await person.joins('garden');
    await person.isNamed(name);
  }
  await ann.publishes('Good morning! The **tomatoes** are ready 🍅');
  await ann.publishes('Who can come by on *Saturday*?');
  await bob.sees('Good morning! The tomatoes are ready 🍅');
  await bob.replies('Who can come by on Saturday?', 'I can, with @Ann’s basket');
  await bob.publishes('And here is the plan: https://example.org/plan');
  await ann.publishes(CODE);
  await bob.reacts('Who can come by on Saturday?', '👍');
  await expect(ann.messages).toHaveCount(5);
}

async function takes(person: Person, name: string): Promise<void> {
  await person.page.mouse.move(0, 0);
  await person.page.screenshot({ path: `../docs/pictures/${name}.png` });
}

async function named(person: Person): Promise<void> {
  await person.choosesFromTopicMenu('Edit title and description');
  const dialog = person.page.getByRole('dialog', { name: 'Edit title and description' });
  await dialog.getByLabel('Title', { exact: true }).fill('The garden');
  await dialog.getByLabel('Description').fill('Who waters what, and when.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
}

const people: [string, BrowserContextOptions][] = [
  ['wide', { ...WIDE, colorScheme: 'light' }],
  ['wide-dark', { ...WIDE, colorScheme: 'dark' }],
  ['phone', { ...PHONE, colorScheme: 'light' }],
  ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
];

test('a topic, the directory, and Arabic on a phone', async ({ newcomer, ann, bob }) => {
  await talk(ann, bob);
  await named(ann);
  const storageState = await ann.page.context().storageState();
  for (const [name, options] of people) {
    const viewer = await newcomer({ ...options, storageState });
    await viewer.joins('garden');
    await expect(viewer.messages).toHaveCount(5);
    await takes(viewer, `topic-${name}`);
    await viewer.page.goto('/');
    await viewer.isLive();
    await takes(viewer, `directory-${name}`);
  }
  const reader = await newcomer({ ...PHONE, locale: 'ar' });
  await reader.opens('garden');
  await reader.isLive();
  await expect(reader.messages).toHaveCount(5);
  await takes(reader, 'topic-phone-arabic');
});
