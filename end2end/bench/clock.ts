import type { CDPSession, Page } from '@playwright/test';

/** What a page felt, in milliseconds since it was asked for. */
export type Felt = { painted: number; largest: number; chats: number; blocked: number; longest: number };

type Watched = { largest: number; chats: number; tasks: { at: number; took: number }[] };

/** Lets a page take its own times. To be told before it is opened. */
export async function watches(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watched: Watched = { largest: 0, chats: 0, tasks: [] };
    Object.assign(window, { watched });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watched.largest = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) watched.tasks.push({ at: startTime, took: duration });
    }).observe({ type: 'longtask', buffered: true });
    // One can type and send once the page is live and its line is up.
    const look = (): void => {
      const isLive = document.documentElement.hasAttribute('data-live');
      const isUp = document.querySelector('.link-state')?.getAttribute('data-state') === 'live';
      if (isLive && isUp) watched.chats = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Waits until one can chat, and as long again as nothing is to come that was put off. */
export async function felt(page: Page): Promise<Felt> {
  await page.waitForFunction(() => (window as unknown as { watched: Watched }).watched.chats > 0, null, { timeout: 60_000 });
  await page.waitForLoadState('networkidle');
  return await page.evaluate(() => {
    const { largest, chats, tasks } = (window as unknown as { watched: Watched }).watched;
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN;
    const blocking = tasks.filter(({ at }) => at >= painted).map(({ took }) => took - 50);
    const blocked = blocking.reduce((sum, over) => sum + over, 0);
    return { painted, largest, chats, blocked, longest: Math.max(0, ...tasks.map(({ took }) => took)) };
  });
}

/** Forgets the long tasks so far. */
export async function forgetsTasks(page: Page): Promise<void> {
  await page.evaluate(() => void ((window as unknown as { watched: Watched }).watched.tasks = []));
}

/** The longest task since; 0 when none was over 50 ms. */
export async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() =>
    Math.max(0, ...(window as unknown as { watched: Watched }).watched.tasks.map(({ took }) => took)),
  );
}

/** A processor so many times slower. */
export async function slows(page: Page, times: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  return session;
}

/** Slow 4G, as Lighthouse has it. */
export async function narrows(session: CDPSession): Promise<void> {
  const bytes = (1.6 * 1024 * 1024) / 8;
  const line = { offline: false, latency: 150, downloadThroughput: bytes, uploadThroughput: bytes / 2 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
}
