import type { Person } from '../support/person';

/** The topic of the states. */
export const TOPIC = 'garden';

export const TITLE = 'The garden behind the house';
export const DESCRIPTION =
  'Seeds, slugs, rain and everything else that grows, and who waters it when nobody is at home.';

const TEXTS = [
  'Good morning! The **tomatoes** are ready 🍅, and `log.tail(&topic, 30).await?` is _not_ a vegetable.',
  'صباح الخير! من يسقي الحديقة يوم السبت؟',
  `A very long word: ${'Rindfleischetikettierungsüberwachung'.repeat(4)}`,
  '```rust\nlet newest = log.tail(&topic, 30).await?; // a line that is wider than any phone, and scrolls by itself in its box\n```',
  '> Who comes on *Saturday*?\n\n| plant | water | light | name in the book of plants |\n|---|---|---|---|\n| roses | 2 l | full | Rosa × damascena |\n\n- one\n- two',
  'The plan is at https://example.org/plans/of/the/garden/2026/with-an-address-that-does-not-fit-into-one-line-of-a-phone',
  Array.from({ length: 40 }, (_, line) => `${line + 1}. row of roses  `).join('\n'),
];

/** Two people talk, with all that a message can have. The newest message is Ann's. */
export async function talks(ann: Person, bob: Person): Promise<void> {
  await ann.joins(TOPIC);
  await ann.isNamed('Ann Lee-Featherstonehaugh');
  await bob.joins(TOPIC);
  await bob.isNamed('Bob');
  for (const text of TEXTS) await bob.publishes(text);
  await bob.publishes('Who can come by?');
  await ann.sees('Who can come by?');
  await ann.replies('Who can come by?', 'I can, with @Bob’s basket');
  for (const emoji of ['👍', '🎉', '❤️']) await ann.reacts('Who can come by?', emoji);
  await bob.sees('I can, with @Bob’s basket');
  await bob.publishes('This is a mistake');
  await bob.deletes('This is a mistake');
  await ann.seesTombstones(1);
  for (const text of ['See you there', 'At ten, at the gate with the roses']) await ann.publishes(text);
  await bob.sees('At ten, at the gate with the roses');
}
