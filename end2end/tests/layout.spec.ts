import type { Page } from '@playwright/test';
import { expect, test } from '../support/stage';
import { NETWORK_GONE } from '../support/witness';

/** How much of the page has moved by itself since it was opened: the sum of all layout shifts (web.dev/cls). */
async function shifts(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        // Entries are told after the frame that they belong to.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
}

for (const [size, viewport] of [['phone', { width: 390, height: 844 }], ['desk', { width: 1280, height: 800 }]] as const) {
  test(`${size}: nothing moves while the page loads and comes to life`, async ({ newcomer, bob }) => {
    await bob.joins('lobby');
    for (const text of ['one', '**two**\n\n- a\n- b', 'three', '```rust\nfn main() {}\n```']) {
      await bob.messageField.fill(text);
      await bob.writeButton.click();
    }
    await expect(bob.messages).toHaveCount(4);
    const ann = await newcomer({ viewport });
    // The line that says that Ann has come moves the others up, as it should.
    await ann.page.addInitScript(() => localStorage.setItem('chorus.settings', '{"presence":false}'));
    await ann.joins('lobby');
    await expect(ann.messages).toHaveCount(4);
    expect(await shifts(ann.page)).toBeLessThan(0.01);
  });

  test(`${size}: nothing moves on the way to another topic and back`, async ({ newcomer }) => {
    const ann = await newcomer({ viewport });
    for (const topic of ['rust', 'lobby']) {
      await ann.joins(topic);
      await ann.says(`about ${topic}`);
    }
    const before = await shifts(ann.page);
    await ann.page.goBack();
    await ann.page.goForward();
    await ann.seesAll(['about lobby']);
    expect((await shifts(ann.page)) - before).toBeLessThan(0.01);
  });
}

test('phone: a line that is gone leaves the name of the topic its room', async ({ newcomer, witness }) => {
  const ann = await newcomer({ viewport: { width: 390, height: 844 } });
  witness.tolerates(...NETWORK_GONE);
  await ann.joins('what-we-eat-today');
  const name = ann.page.getByRole('heading', { level: 1 });
  const width = async () => (await name.boundingBox())!.width;
  const before = await width();
  await ann.page.context().setOffline(true);
  await expect(ann.page.getByText('Offline. Coming back…')).toBeInViewport({ ratio: 1 });
  expect(await width()).toBeGreaterThanOrEqual(before);
});
