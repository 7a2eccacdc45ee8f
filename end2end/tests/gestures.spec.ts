import { Finger, type Point } from '../support/finger';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let ann: Person;

/** The middle of a message's text. */
async function textOf(text: string): Promise<Point> {
  const box = await ann.message(text).locator('.body').boundingBox();
  return [box!.x + box!.width / 2, box!.y + box!.height / 2];
}

const preview = () => ann.page.getByText('Replying to Bob');

test.beforeEach(async ({ newcomer, bob }, { title }) => {
  ann = await newcomer({ ...PHONE, locale: title.includes('Arabic') ? 'ar' : 'en' });
  await bob.joins('lobby');
  await bob.isNamed('Bob');
  for (const text of ['Breakfast?', 'Lunch?']) {
    await bob.publishes(text);
    await bob.sees(text);
  }
  await ann.opens('lobby');
  await ann.isLive();
  await ann.sees('Lunch?');
  await ann.hasAllParts();
});

test('a swipe towards the end of the line replies', async ({ bob }) => {
  const finger = await Finger.of(ann);
  const [x, y] = await textOf('Lunch?');
  await finger.swipes([x, y], [x + 120, y + 6]);
  await expect(ann.message('Lunch?')).toHaveAttribute('data-swiped', '');
  await finger.lifts();
  await expect(preview()).toBeVisible();
  await expect(ann.messageField).toBeFocused();
  await expect(ann.message('Lunch?')).not.toHaveAttribute('data-swiped', '');
  await expect.poll(() => textOf('Lunch?').then(([x]) => x)).toBe(x);
  await ann.publishes('At noon');
  await bob.sees('At noon');
  await expect(bob.message('At noon').getByText('Lunch?')).toBeVisible();
});

test('in Arabic a swipe to the left replies', async () => {
  const finger = await Finger.of(ann);
  const [x, y] = await textOf('Lunch?');
  await finger.swipes([x, y], [x + 120, y]);
  await finger.lifts();
  await finger.swipes([x, y], [x - 120, y]);
  await expect(ann.message('Lunch?')).toHaveAttribute('data-swiped', '');
  await finger.lifts();
  await expect(ann.page.locator('.answering')).toBeVisible();
});

test('a short swipe, one that goes back, and scrolling do nothing', async () => {
  const finger = await Finger.of(ann);
  const [x, y] = await textOf('Lunch?');
  await finger.swipes([x, y], [x + 40, y]);
  await finger.lifts();
  await finger.swipes([x, y], [x + 120, y]);
  await finger.moves(x + 5, y);
  await finger.lifts();
  await finger.swipes([x, y], [x + 30, y - 150]);
  await finger.lifts();
  await expect(ann.page.locator('.answering')).toHaveCount(0);
  const [otherX, otherY] = await textOf('Breakfast?');
  await finger.swipes([otherX, otherY], [otherX + 120, otherY]);
  await finger.lifts();
  await expect(preview()).toBeVisible();
  await expect(ann.page.locator('.answering')).toContainText('Breakfast?');
});

test('a long press opens the menu, which stays when the finger is lifted', async ({ bob }) => {
  const finger = await Finger.withPresses(ann);
  const [x, y] = await textOf('Lunch?');
  await finger.touches(x, y);
  const menu = ann.menu(ann.message('Lunch?'));
  await expect(menu).toBeVisible();
  await finger.lifts();
  await menu.getByRole('button', { name: 'React with 👍' }).tap();
  await bob.seesReaction('Lunch?', '👍', 1, "(I'm John Doe)");
  await expect(menu).toBeHidden();
});

test('a menu copies the text', async () => {
  await ann.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const menu = await ann.opensMenu('Lunch?');
  await menu.getByRole('menuitem', { name: 'Copy text' }).tap();
  await expect(menu.getByRole('menuitem', { name: 'Copied' })).toBeVisible();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('Lunch?');
});
