import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

const place = (person: Person) => person.scroller.evaluate((log) => log.scrollTop);
const below = (person: Person) =>
  person.scroller.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop);

async function isAtEnd(person: Person): Promise<void> {
  await expect.poll(() => below(person)).toBeLessThanOrEqual(1);
}

/** Scrolls up with the wheel and waits for the scrolling to end. */
async function scrollsUp(person: Person): Promise<void> {
  await person.scrollsUp(600);
  await expect.poll(() => below(person)).toBeGreaterThan(300);
}

test.beforeEach(async ({ server, ann, bob }) => {
  await postsForms(server, 'lobby', notes(30));
  await ann.joins('lobby');
  await bob.joins('lobby');
});

test('a page opens at the newest message', async ({ ann }) => {
  await isAtEnd(ann);
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
  await expect(ann.message('note 1')).not.toBeInViewport();
});

test('at its end the log follows new messages', async ({ ann, bob }) => {
  for (const text of ['one', 'two\n'.repeat(20).trim(), 'three']) await bob.publishes(text);
  await ann.sees('three');
  await isAtEnd(ann);
  await expect(ann.message('three')).toBeInViewport({ ratio: 1 });
  await expect(ann.newMessages).toHaveCount(0);
});

test('scrolled up it keeps its position, and offers a button to new messages', async ({ ann, bob }) => {
  await isAtEnd(ann);
  await scrollsUp(ann);
  await expect(ann.newMessages).toHaveCount(0);
  const before = await place(ann);
  await bob.publishes('Anybody there?');
  await ann.sees('Anybody there?');
  await expect(ann.newMessages).toBeVisible();
  expect(await place(ann)).toBe(before);
  await expect(ann.message('Anybody there?')).not.toBeInViewport();
  await ann.newMessages.click();
  await expect(ann.message('Anybody there?')).toBeInViewport({ ratio: 1 });
  await isAtEnd(ann);
  await expect(ann.newMessages).toHaveCount(0);
});

test('scrolling down removes the button', async ({ ann, bob }) => {
  await isAtEnd(ann);
  await scrollsUp(ann);
  await bob.publishes('Anybody there?');
  await expect(ann.newMessages).toBeVisible();
  await ann.scrollsUp(-5_000);
  await isAtEnd(ann);
  await expect(ann.newMessages).toHaveCount(0);
});

test('an own message scrolls to the end', async ({ ann }) => {
  await isAtEnd(ann);
  await scrollsUp(ann);
  await ann.publishes('Here I am');
  await ann.sees('Here I am');
  await isAtEnd(ann);
  await expect(ann.message('Here I am')).toBeInViewport({ ratio: 1 });
  await expect(ann.newMessages).toHaveCount(0);
});

test('a shrinking window keeps the newest message in view', async ({ ann }) => {
  await isAtEnd(ann);
  await ann.page.setViewportSize({ width: 800, height: 380 });
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
});

test('a long text in the field keeps the newest message in view', async ({ ann }) => {
  await isAtEnd(ann);
  await ann.messageField.fill('line\n'.repeat(8));
  await expect(ann.message('note 30')).toBeInViewport({ ratio: 1 });
});
