import { contrast } from '../support/contrast';
import { expect, test } from '../support/fixtures';

const INITIALS = [
  ['Ann Bell', 'AB'],
  ['محمد علي', 'م\u200cع'],
  ['王小明', '王'],
  ['👩🏽‍👩🏽‍👧🏽‍👦🏽', '👩🏽‍👩🏽‍👧🏽‍👦🏽'],
  ['', '?'],
] as const;

test('a badge shows the initials of a name, also after a reload', async ({ ann }) => {
  await ann.joins('lobby');
  for (const [name, initials] of INITIALS) {
    await ann.isNamed(name);
    await ann.publishes(`I am ${name}`);
    await expect(ann.message(`I am ${name}`.trim()).locator('.badge')).toHaveText(initials);
  }
  await ann.page.reload();
  await ann.isConnected();
  for (const [name, initials] of INITIALS) {
    await expect(ann.message(`I am ${name}`.trim()).locator('.badge')).toHaveText(initials);
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`in ${colorScheme} the initials of all sixteen colours are readable`, async ({ newcomer }) => {
    const ann = await newcomer({ colorScheme });
    await ann.joins('lobby');
    await ann.page.evaluate(() => {
      for (let hue = 0; hue < 16; hue += 1) {
        const badge = Object.assign(document.createElement('span'), { className: 'badge', textContent: 'AB' });
        badge.dataset.hue = String(hue);
        document.body.append(badge);
      }
    });
    const badges = await ann.page.locator('body > .badge').all();
    expect(badges).toHaveLength(16);
    const backgrounds = new Set<string>();
    for (const badge of badges) {
      expect.soft(await contrast(badge), String(badge)).toBeGreaterThanOrEqual(4.5);
      backgrounds.add(await badge.evaluate((it) => getComputedStyle(it).backgroundColor));
    }
    expect(backgrounds.size).toBe(16);
  });
}
