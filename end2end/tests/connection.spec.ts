import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

test('Retry now connects at once, and the message field gets the focus of the button', async ({
  server,
  ann,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  await expect(ann.retryButton).toBeHidden();
  await expect(ann.page.locator('.topic > header').getByRole('status')).toHaveCount(0);
  // The page waits for ever before it connects by itself.
  await ann.page.evaluate(() => {
    const real = window.setTimeout.bind(window);
    const only = (run: TimerHandler, ms = 0) => (ms < 100 ? real(run, ms) : real(() => {}, 2 ** 30));
    Object.assign(window, { setTimeout: only });
    Math.random = () => 0.999;
  });
  await server.kill();
  await ann.isOffline();
  await server.restart();
  await ann.retryButton.focus();
  await ann.page.keyboard.press('Enter');
  await ann.isConnected();
  await expect(ann.retryButton).toBeHidden();
  await expect(ann.messageField).toBeFocused();
  await ann.publishes('back');
  await ann.sees('back');
});

for (const [size, viewport] of [
  ['phone', { width: 390, height: 844 }],
  ['desk', { width: 1280, height: 800 }],
] as const) {
  test(`${size}: the strip is across the page above the composer, and nothing that is read moves`, async ({
    server,
    newcomer,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    await postsForms(server, 'lobby', notes(60));
    const [ann, end] = [await newcomer({ viewport }), await newcomer({ viewport })];
    for (const person of [ann, end]) await person.joins('lobby');
    await ann.scrollsUpTo('note 45');
    const line = async () => Math.round((await ann.message('note 45').boundingBox())!.y);
    const before = await line();
    // Older messages that were loaded meanwhile may move it by the rest of a pixel.
    const staysInLine = () => expect.poll(async () => Math.abs((await line()) - before)).toBeLessThanOrEqual(1);
    for (const person of [ann, end]) {
      await person.page.context().setOffline(true);
      await person.isOffline();
      await expect(person.retryButton).toBeInViewport({ ratio: 1 });
    }
    await expect(async () => {
      const [strip, main, composer] = await Promise.all(
        ['.connection', 'main', '.composer'].map(async (part) => (await ann.page.locator(part).boundingBox())!),
      );
      expect(strip!.width).toBe(main!.width);
      expect(Math.abs(strip!.y + strip!.height - composer!.y)).toBeLessThan(1);
    }).toPass();
    await staysInLine();
    await expect(end.message('note 60')).toBeInViewport({ ratio: 1 });
    for (const person of [ann, end]) {
      await person.page.context().setOffline(false);
      await person.isConnected();
    }
    await staysInLine();
    await expect(end.message('note 60')).toBeInViewport({ ratio: 1 });
  });
}

test('a screen reader hears once that the page is offline, not with each attempt', async ({
  server,
  ann,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await ann.joins('lobby');
  const announced = await ann.page.evaluateHandle(() => {
    const texts: string[] = [];
    const status = document.querySelector('.connection [role="status"]')!;
    const listen = () => texts.push(status.textContent ?? '');
    new MutationObserver(listen).observe(status, { childList: true, characterData: true, subtree: true });
    return texts;
  });
  let attempts = 0;
  ann.page.on('websocket', () => {
    attempts += 1;
  });
  await server.kill();
  await expect.poll(() => attempts, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  await server.restart();
  await ann.isConnected();
  expect(await announced.jsonValue()).toEqual([expect.stringContaining('offline'), 'Connected']);
});

for (const [locale, text] of [
  ['en', 'You were signed out'],
  ['de', 'Du wurdest abgemeldet'],
  ['ar', 'سُجِّل خروجك'],
] as const) {
  test(`a page whose session is gone says so and keeps what was written (${locale})`, async ({
    server,
    newcomer,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    const ann = await newcomer({ locale });
    const strip = ann.page.locator('.connection');
    await ann.opens('lobby');
    await expect(strip).toHaveAttribute('data-state', 'live');
    const field = ann.page.locator('form.composer textarea');
    await field.fill('half a thought');
    await ann.losesSession();
    await server.kill();
    await server.restart();
    await expect(ann.status).toContainText(text, { timeout: 30_000 });
    await expect(strip).toBeInViewport({ ratio: 1 });
    await expect(field).toHaveValue('half a thought');
    await ann.page.reload();
    await expect(strip).toHaveAttribute('data-state', 'live');
    await expect(field).toHaveValue('half a thought');
  });
}
