import { contrast } from '../support/contrast';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import { mocksMemberships } from '../support/memberships';
import type { Person } from '../support/person';

const settings = (person: Person) => person.page.getByRole('dialog', { name: 'Settings' });
const shortcuts = (person: Person) => person.page.getByRole('dialog', { name: 'Keyboard shortcuts' });

test('the settings open over the page, close with Escape, and return the focus', async ({ ann }) => {
  await ann.joins('lobby');
  await expect(settings(ann)).toHaveCount(0);
  await ann.topicMenu.focus();
  const item = ann.page.getByRole('menuitem', { name: 'Settings' });
  await ann.page.keyboard.press('Enter');
  await expect(ann.page.getByRole('menuitem').first()).toBeFocused();
  await ann.page.keyboard.press('ArrowUp');
  await expect(item).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(settings(ann)).toBeVisible();
  await expect.poll(() => settings(ann).evaluate((it) => it.contains(document.activeElement))).toBe(true);
  await ann.page.keyboard.press('Escape');
  await expect(settings(ann)).toHaveCount(0);
  await expect(ann.topicMenu).toBeFocused();
  await ann.choosesFromTopicMenu('Settings');
  await settings(ann).getByRole('button', { name: 'Close' }).click();
  await expect(settings(ann)).toHaveCount(0);
  await expect(ann.topicMenu).toBeFocused();
});

test('join notices can be disabled, and a reload remembers', async ({ ann, newcomer }) => {
  await ann.joins('lobby');
  // The others have no name, so that none is confused with her.
  await ann.isNamed('Ann');
  await ann.publishes('hello');
  await ann.sees('hello');
  const comes = async () => await (await newcomer()).joins('lobby');
  await comes();
  const lines = ann.log.getByText(/joined/);
  await expect(lines.first()).toBeVisible();
  await ann.choosesFromTopicMenu('Settings');
  await settings(ann).getByRole('checkbox', { name: 'Show who joins and leaves' }).uncheck();
  await expect(lines.first()).toBeHidden();
  await ann.page.reload();
  await ann.isConnected();
  await comes();
  await expect(lines.first()).toBeAttached();
  await expect(lines.first()).toBeHidden();
  await ann.choosesFromTopicMenu('Settings');
  await expect(settings(ann).getByRole('checkbox', { name: 'Show who joins and leaves' })).not.toBeChecked();
});

test('a setting applies to other tabs', async ({ ann }) => {
  const other = await ann.opensTab();
  await ann.joins('lobby');
  await other.joins('lobby');
  await ann.choosesFromTopicMenu('Settings');
  await settings(ann).getByRole('combobox', { name: 'Sound' }).selectOption('All messages in the background');
  await other.choosesFromTopicMenu('Settings');
  await expect(settings(other).getByRole('combobox', { name: 'Sound' })).toHaveValue('all');
});

test('a question mark lists the shortcuts, except in fields or if disabled', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.messageField.press('?');
  await expect(ann.messageField).toHaveValue('?');
  await expect(shortcuts(ann)).toHaveCount(0);
  await ann.scroller.focus();
  await ann.page.keyboard.press('?');
  await expect(shortcuts(ann)).toContainText('Alt+↑');
  await ann.page.keyboard.press('Escape');
  await expect(ann.scroller).toBeFocused();
  await ann.choosesFromTopicMenu('Settings');
  await settings(ann)
    .getByRole('checkbox', { name: /^Single-key/ })
    .uncheck();
  await settings(ann).getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(shortcuts(ann)).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect(shortcuts(ann)).toHaveCount(0);
  await ann.scroller.focus();
  await ann.page.keyboard.press('?');
  await ann.page.keyboard.press('Alt+ArrowDown');
  await expect(shortcuts(ann)).toHaveCount(0);
});

test('Alt and arrows switch topics, with Shift to unread ones', async ({ ann }) => {
  await mocksMemberships(ann.page, [
    { topic: 'garden' },
    { topic: 'lobby' },
    { topic: 'pond' },
    { topic: 'yard', unread: 2 },
  ]);
  await ann.joins('lobby');
  const heading = (name: string) => ann.page.getByRole('heading', { level: 1, name });
  await ann.messageField.focus();
  await ann.page.keyboard.press('Alt+ArrowDown');
  await expect(heading('pond')).toBeVisible();
  await ann.page.keyboard.press('Alt+ArrowUp');
  await ann.page.keyboard.press('Alt+ArrowUp');
  await expect(heading('garden')).toBeVisible();
  await ann.page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(heading('yard')).toBeVisible();
});

test('a slash opens the search, and Escape returns the focus', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.scroller.focus();
  await ann.page.keyboard.press('/');
  await expect(ann.page.getByRole('searchbox', { name: 'Search messages' })).toBeFocused();
  await ann.page.keyboard.type('tea');
  await ann.page.keyboard.press('Escape');
  await expect(ann.scroller).toBeFocused();
});

for (const [device, viewport] of Object.entries({
  phone: { width: 390, height: 844 },
  wide: { width: 1280, height: 800 },
})) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`both dialogs fit and can be read on a ${device} screen in ${colorScheme}`, async ({ newcomer }) => {
      // Reading the colours of sixty texts takes twenty seconds on a busy machine.
      test.slow();
      const ann = await newcomer({ viewport, colorScheme });
      await ann.joins('lobby');
      await expect(ann.topicMenu).toBeInViewport({ ratio: 1 });
      await ann.choosesFromTopicMenu('Settings');
      for (const dialog of [settings(ann), shortcuts(ann)]) {
        await expect(dialog).toBeInViewport({ ratio: 1 });
        const tooWide = () => dialog.evaluate((it) => it.scrollWidth > it.clientWidth);
        await expect.poll(tooWide, 'it scrolls sideways').toBe(false);
        const texts = dialog.locator('h2, .hint:not(:empty), label span, dt, dd, button');
        const words = await texts.allTextContents();
        for (const [n, text] of (await texts.all()).entries()) {
          expect(await contrast(text), words[n]).toBeGreaterThan(4.5);
        }
        if (process.env.SHOTS)
          await ann.page.screenshot({
            path: `${process.env.SHOTS}/${device}-${colorScheme}-${await dialog.locator('h2').getAttribute('id')}.png`,
          });
        const more = dialog.getByRole('button', { name: 'Keyboard shortcuts' });
        if (await more.count()) await more.click();
      }
    });
  }
}

const background = (person: Person) =>
  person.page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor);
const LIGHT = 'rgb(246, 244, 240)';
const DARK = 'rgb(23, 24, 28)';

test('a theme wins over the system, on every page and from the first byte', async ({ ann, newcomer, server }) => {
  await postsForms(server, 'lobby', ['A cached page']);
  await ann.joins('lobby');
  expect(await background(ann)).toBe(LIGHT);
  await ann.choosesFromTopicMenu('Settings');
  const theme = settings(ann).getByRole('combobox', { name: 'Theme' });
  await theme.selectOption('Dark');
  expect(await background(ann)).toBe(DARK);
  for (const path of ['/t/lobby', '/', '/search', '/no/such/page']) {
    const page = await ann.page.request.get(path);
    expect(await page.text(), path).toContain('data-theme="dark"');
  }
  const stranger = await newcomer();
  expect(await (await stranger.page.request.get('/t/lobby')).text()).not.toContain('data-theme');
  await ann.page.reload();
  await ann.isConnected();
  expect(await background(ann)).toBe(DARK);
  await ann.page.emulateMedia({ colorScheme: 'dark' });
  await ann.choosesFromTopicMenu('Settings');
  await expect(theme).toHaveValue('dark');
  await theme.selectOption('Light');
  expect(await background(ann)).toBe(LIGHT);
  await theme.selectOption('Like the system');
  expect(await background(ann)).toBe(DARK);
  expect(await (await ann.page.request.get('/t/lobby')).text()).not.toContain('data-theme');
});

test('compact messages take less space, also after a reload', async ({ ann, server }) => {
  await postsForms(server, 'lobby', notes(3));
  await ann.joins('lobby');
  const height = () => ann.log.evaluate((log) => log.scrollHeight);
  const roomy = await height();
  await ann.choosesFromTopicMenu('Settings');
  const compact = settings(ann).getByRole('checkbox', { name: 'Compact messages' });
  await compact.check();
  const dense = await height();
  expect(dense).toBeLessThan(roomy - 20);
  await ann.page.reload();
  await ann.isConnected();
  await ann.choosesFromTopicMenu('Settings');
  await expect(compact).toBeChecked();
  await expect.poll(height).toBe(dense);
  await compact.uncheck();
  expect(await height()).toBe(roomy);
});
