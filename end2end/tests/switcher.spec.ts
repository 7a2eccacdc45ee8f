import type { Locator } from '@playwright/test';
import { isAccessible, SCREENS } from '../support/axe';
import { expect, test } from '../support/fixtures';
import { createsTopic, postsForms } from '../support/history';
import { holdsLazyPart, refusesLazyPart } from '../support/lazy-parts';
import { mocksMemberships } from '../support/memberships';
import type { Person } from '../support/person';

const dialog = (person: Person) => person.page.getByRole('dialog', { name: 'Jump to…' });
const field = (person: Person) => dialog(person).getByRole('combobox', { name: 'Find a topic or person' });
const choices = (person: Person) =>
  dialog(person).getByRole('listbox', { name: 'Topics and people' }).getByRole('option');
const button = (person: Person) => person.topics.getByRole('button', { name: 'Jump to…' });
const heading = (person: Person) => person.page.getByRole('heading', { level: 1 });

const withoutIsolates = (text: string) => text.replace(/[\u2068\u2069]/g, '');

/** Sees these choices in this order. */
async function offers(person: Person, names: string[]): Promise<void> {
  // A text within another one is isolated, whatever its direction.
  const shown = async () => (await choices(person).locator('.label').allTextContents()).map(withoutIsolates);
  await expect.poll(shown).toEqual(names);
}

/** Expects this choice to be selected, and announced by screen readers. */
async function isSelected(person: Person, name: string): Promise<void> {
  const selected = choices(person).and(person.page.locator('[aria-selected=true]'));
  await expect(selected.locator('.label')).toHaveText(name);
  await expect(field(person)).toHaveAttribute('aria-activedescendant', (await selected.getAttribute('id')) ?? '');
}

/** Returns a function that expects the page not to have been reloaded since. */
async function marks(person: Person): Promise<() => Promise<void>> {
  await person.page.evaluate(() => Object.assign(window, { same: true }));
  return async () => expect(await person.page.evaluate(() => 'same' in window), 'on the same page').toBe(true);
}

/** Holds back what the browser says of closed dialogs until the returned function is called. */
async function holdsCloseEvents(person: Person): Promise<() => Promise<void>> {
  const held = await person.page.evaluateHandle(() => {
    const targets: EventTarget[] = [];
    const hold = (event: Event) => {
      if (!event.isTrusted || !event.target) return;
      event.stopImmediatePropagation();
      targets.push(event.target);
    };
    addEventListener('close', hold, { capture: true });
    return targets;
  });
  return () => held.evaluate((targets) => targets.forEach((target) => target.dispatchEvent(new Event('close'))));
}

test('four keys go to a topic', async ({ ann }) => {
  await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'pond' }]);
  await ann.joins('lobby');
  const isSame = await marks(ann);
  for (const key of ['Control+k', 'p', 'o', 'Enter']) await ann.page.keyboard.press(key);
  await expect(heading(ann)).toHaveText('pond');
  await expect(ann.page).toHaveURL(/\/t\/pond$/);
  await expect(ann.messageField).toBeFocused();
  await expect(ann.messageField).toHaveValue('');
  await expect(dialog(ann)).toBeHidden();
  await isSame();
});

test('unread topics come first, those with mentions before the others, and the current one last', async ({ ann }) => {
  await mocksMemberships(ann.page, [
    { topic: 'attic' },
    { topic: 'barn', unread: 3 },
    { topic: 'cave', unread: 5, mentions: 2 },
    { topic: 'den', unread: 7, follow: 'muted' },
    { topic: 'lobby' },
  ]);
  await ann.joins('lobby');
  await ann.page.keyboard.press('Control+k');
  await expect(field(ann)).toBeFocused();
  await offers(ann, ['cave', 'barn', 'attic', 'den', 'lobby']);
  await expect(choices(ann).nth(0)).toHaveAccessibleName(/cave.*2 mentions of you/);
  await expect(choices(ann).nth(1)).toHaveAccessibleName(/barn.*3 unread messages/);
  await expect(choices(ann).nth(3)).toHaveAccessibleName(/^#?den$/);
  await isSelected(ann, 'cave');
  for (const [key, name] of [
    ['ArrowDown', 'barn'],
    ['End', 'lobby'],
    ['ArrowDown', 'cave'],
    ['ArrowUp', 'lobby'],
    ['Home', 'cave'],
    ['ArrowDown', 'barn'],
  ]) {
    await ann.page.keyboard.press(key ?? '');
    await isSelected(ann, name ?? '');
  }
  await ann.page.keyboard.press('Enter');
  await expect(heading(ann)).toHaveText('barn');
});

test('a topic that is not followed is found by its title, without its accents', async ({ server, ann }) => {
  await createsTopic(server, 'coffee', 'Über Kaffee & Crème', 'All about beans');
  await ann.joins('lobby');
  await ann.page.keyboard.press('Control+k');
  await ann.page.keyboard.type('creme');
  await offers(ann, ['Über Kaffee & Crème', 'Search messages for “creme”']);
  await expect(choices(ann).first()).toContainText('Not following');
  await field(ann).fill('beans');
  await offers(ann, ['Über Kaffee & Crème', 'Search messages for “beans”']);
  await ann.page.keyboard.press('Enter');
  await expect(heading(ann)).toHaveText('Über Kaffee & Crème');
});

test('a late answer does not replace that for a later text', async ({ server, ann }) => {
  await createsTopic(server, 'tea', 'Tea');
  await createsTopic(server, 'kettle', 'Kettle', 'for tea');
  await ann.joins('lobby');
  let release = () => {};
  const held = new Promise<void>((go) => {
    release = go;
  });
  await ann.page.route('**/api/v1/topics?*query=te', async (route) => {
    await held;
    await route.continue();
  });
  const first = ann.page.waitForRequest('**/api/v1/topics?*query=te');
  await ann.page.keyboard.press('Control+k');
  await ann.page.keyboard.type('te');
  await first;
  await field(ann).fill('kettle');
  await offers(ann, ['Kettle', 'Search messages for “kettle”']);
  const late = ann.page.waitForResponse('**/api/v1/topics?*query=te');
  release();
  await late;
  await offers(ann, ['Kettle', 'Search messages for “kettle”']);
});

test('the last choice searches messages', async ({ server, ann }) => {
  await postsForms(server, 'lobby', ['Tulips are up']);
  await ann.joins('lobby');
  await ann.messageField.focus();
  await ann.page.keyboard.press('Control+k');
  await ann.page.keyboard.type('tulips');
  await offers(ann, ['Search messages for “tulips”']);
  await ann.page.keyboard.press('Enter');
  const search = ann.page.getByRole('dialog', { name: 'Search' });
  await expect(search.getByRole('searchbox')).toHaveValue('tulips');
  await expect(search.getByRole('list', { name: 'Search results' }).getByRole('listitem')).toHaveCount(1);
  await ann.page.keyboard.press('Escape');
  await expect(search).toBeHidden();
  await expect(ann.messageField).toBeFocused();
});

test('a person is mentioned in the message', async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.isNamed('Zoë Bell');
  await bob.publishes('Hello');
  await ann.sees('Hello');
  await ann.messageField.fill('Thanks,');
  await ann.page.keyboard.press('Control+k');
  await ann.page.keyboard.type('zoe');
  await offers(ann, ['Zoë Bell', 'Search messages for “zoe”']);
  await ann.page.keyboard.press('Enter');
  await expect(ann.messageField).toBeFocused();
  await expect(ann.messageField).toHaveValue('Thanks, @Zoë Bell ');
});

test('Escape, the shortcut, the button and a click outside close it and return the focus', async ({ ann }) => {
  await ann.joins('lobby');
  const close: (() => Promise<void>)[] = [
    () => ann.page.keyboard.press('Escape'),
    () => ann.page.keyboard.press('Control+k'),
    () => dialog(ann).getByRole('button', { name: 'Close' }).click(),
    () => ann.page.mouse.click(2, 2),
  ];
  for (const focus of [ann.messageField, ann.scroller, button(ann)]) {
    for (const closes of close) {
      await focus.focus();
      await ann.page.keyboard.press('Control+k');
      await expect(field(ann)).toBeFocused();
      await ann.page.keyboard.type('lob');
      await closes();
      await expect(dialog(ann)).toBeHidden();
      await expect(focus).toBeFocused();
    }
  }
  await expect(ann.messageField).toHaveValue('');
});

test('it opens again at once after it was closed, before the browser says so', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.hasAllParts();
  const release = await holdsCloseEvents(ann);
  for (const key of ['Escape', 'Control+k']) {
    await ann.page.keyboard.press('Control+k');
    await expect(field(ann)).toBeFocused();
    await ann.page.keyboard.press(key);
    await expect(dialog(ann)).toBeHidden();
  }
  await ann.page.keyboard.press('Control+k');
  await expect(field(ann)).toBeFocused();
  await release();
  await expect(field(ann)).toBeFocused();
});

test.describe('while its code is loading', () => {
  test('keys are kept for it, and no other field gets them', async ({ ann }) => {
    await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'pond' }]);
    const release = await holdsLazyPart(ann);
    await ann.joins('lobby');
    await ann.messageField.fill('half a thought');
    for (const key of ['Control+k', 'g', 'x', 'Backspace', 'a']) await ann.page.keyboard.press(key);
    await expect(ann.page.getByRole('status').filter({ hasText: 'Jump to… ga' })).toBeVisible();
    release();
    await expect(field(ann)).toBeFocused();
    await expect(field(ann)).toHaveValue('ga');
    await isSelected(ann, 'garden');
    await ann.page.keyboard.press('Escape');
    await expect(ann.messageField).toBeFocused();
    await expect(ann.messageField).toHaveValue('half a thought');
  });

  test('Enter goes to the first choice once there is one, and writes no message', async ({ ann }) => {
    await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'lobby' }]);
    const release = await holdsLazyPart(ann);
    await ann.joins('lobby');
    await ann.messageField.fill('half a thought');
    for (const key of ['Control+k', 'g', 'a', 'Enter']) await ann.page.keyboard.press(key);
    release();
    await expect(heading(ann)).toHaveText('garden');
    await ann.topic('lobby').click();
    await expect(ann.messageField).toHaveValue('half a thought');
    await expect(ann.messages).toHaveCount(0);
  });

  test('Escape gives the keys back', async ({ ann }) => {
    const release = await holdsLazyPart(ann);
    await ann.joins('lobby');
    await ann.messageField.focus();
    for (const key of ['Control+k', 'a', 'Escape', 'b']) await ann.page.keyboard.press(key);
    await expect(ann.messageField).toHaveValue('b');
    release();
    await ann.page.keyboard.press('Control+k');
    await expect(field(ann)).toHaveValue('');
  });

  test('a part that fails to load gives the keys back, and is requested again', async ({ ann, consoleGuard }) => {
    consoleGuard.tolerates(/Failed to fetch/, /ERR_FAILED/);
    const refusal = await refusesLazyPart(ann);
    await ann.joins('lobby');
    await ann.messageField.focus();
    await ann.page.keyboard.press('Control+k');
    await expect(async () => {
      await ann.page.keyboard.press('x');
      await expect(ann.messageField).toHaveValue(/x/, { timeout: 100 });
    }).toPass();
    await refusal.ends();
    await ann.page.keyboard.press('Control+k');
    await expect(field(ann)).toBeFocused();
  });

  test('other shortcuts are done once it is there', async ({ ann }) => {
    await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'pond' }]);
    const release = await holdsLazyPart(ann);
    await ann.joins('lobby');
    await ann.page.keyboard.press('Alt+ArrowDown');
    release();
    await expect(heading(ann)).toHaveText('pond');
  });
});

test.describe('on a phone', () => {
  test.beforeEach(({ browserName }) => test.skip(browserName !== 'chromium'));
  const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  async function fits(person: Person, target: Locator): Promise<void> {
    // The drawer slides in.
    await expect(async () => {
      const box = await target.boundingBox();
      expect(box?.height, String(target)).toBeGreaterThanOrEqual(44);
      expect(box?.width, String(target)).toBeGreaterThanOrEqual(44);
      expect(box?.x, String(target)).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0), String(target)).toBeLessThanOrEqual(390);
    }).toPass({ timeout: 10_000 });
    await expect(person.page.locator('html')).toHaveJSProperty('scrollWidth', 390);
  }

  test('three taps go to a topic', async ({ newcomer }) => {
    const ann = await newcomer(options);
    await mocksMemberships(ann.page, [{ topic: 'garden' }, { topic: 'pond', unread: 2 }]);
    await ann.joins('lobby');
    await ann.page.getByRole('button', { name: 'Topics' }).tap();
    await fits(ann, button(ann));
    await button(ann).tap();
    await expect(field(ann)).toBeFocused();
    await expect(ann.topics).not.toBeInViewport();
    for (const target of [field(ann), choices(ann).first(), dialog(ann).getByRole('button')]) {
      await fits(ann, target);
    }
    await choices(ann).filter({ hasText: 'garden' }).tap();
    await expect(heading(ann)).toHaveText('garden');
  });
});

test('in Arabic it is found and used by its Arabic names', async ({ server, newcomer }) => {
  await createsTopic(server, 'news', 'أخبار');
  const ann = await newcomer({ locale: 'ar', viewport: { width: 390, height: 844 } });
  await ann.page.goto('/t/lobby');
  await ann.isLive();
  await expect(ann.page.locator('html')).toHaveAttribute('dir', 'rtl');
  await ann.page.keyboard.press('Control+k');
  const found = ann.page.getByRole('dialog', { name: 'انتقل إلى…' });
  const combobox = found.getByRole('combobox', { name: 'ابحث عن موضوع أو شخص' });
  await expect(combobox).toBeFocused();
  // The first letter has a mark that is not typed here.
  await combobox.fill('اخبار');
  const first = found.getByRole('option').first();
  await expect(first.locator('.label')).toHaveText('أخبار');
  const [sign, label, close] = await Promise.all(
    [first.locator('.sign'), first.locator('.label'), found.getByRole('button')].map((it) => it.boundingBox()),
  );
  expect(sign?.x, 'the sign is to the right of the label').toBeGreaterThan(label?.x ?? 390);
  expect(close?.x, 'the button is at the left').toBeLessThan(60);
  await ann.page.keyboard.press('Enter');
  await expect(heading(ann)).toHaveText('أخبار');
});

test.describe('axe finds nothing', () => {
  test.describe.configure({ timeout: 120_000 });
  for (const { screen, options } of SCREENS) {
    test(screen, async ({ newcomer, bob }) => {
      const ann = await newcomer(options);
      await mocksMemberships(ann.page, [
        { topic: 'garden', unread: 4 },
        { topic: 'pond', unread: 2, mentions: 1 },
      ]);
      await ann.joins('lobby');
      await bob.joins('lobby');
      await bob.isNamed('Pia');
      await bob.publishes('Hello');
      await ann.sees('Hello');
      await ann.page.keyboard.press('Control+k');
      await expect(choices(ann)).toHaveCount(3);
      await isAccessible(ann, 'all topics');
      await field(ann).fill('p');
      await offers(ann, ['pond', 'Pia', 'Search messages for “p”']);
      await isAccessible(ann, 'topics and people');
    });
  }
});
