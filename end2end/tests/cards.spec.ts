import { contrast } from '../support/contrast';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

const SIZES = [
  ['phone', { width: 390, height: 844 }],
  ['desk', { width: 1280, height: 800 }],
] as const;

async function isCentred({ page }: Person): Promise<void> {
  const card = (await page.getByRole('main').boundingBox())!;
  const { width, height } = page.viewportSize()!;
  expect(Math.abs(card.x + card.width / 2 - width / 2)).toBeLessThan(2);
  expect(Math.abs(card.y + card.height / 2 - height / 2)).toBeLessThan(2);
  await expect(page.getByRole('main').getByText('Chorus', { exact: true })).toBeInViewport({ ratio: 1 });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
}

for (const [size, viewport] of SIZES) {
  test(`${size}: a missing page is in the middle, with a button to the topics`, async ({ newcomer, consoleGuard }) => {
    consoleGuard.tolerates(/status of 404/);
    const ann = await newcomer({ viewport });
    await ann.page.goto('/nowhere');
    await ann.isLive();
    await isCentred(ann);
    const topics = ann.page.getByRole('main').getByRole('link');
    expect((await topics.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await contrast(topics)).toBeGreaterThanOrEqual(4.5);
    await topics.click();
    await expect(ann.page).toHaveURL('/');
  });

  test.describe('with an access secret', () => {
    test.use({ settings: { 'access-secret': 'open sesame' } });

    test(`${size}: the access form is in the middle`, async ({ newcomer, consoleGuard }) => {
      consoleGuard.tolerates(/status of 401/);
      const ann = await newcomer({ viewport });
      await ann.opens('lobby');
      await ann.isLive();
      await isCentred(ann);
    });
  });
}
