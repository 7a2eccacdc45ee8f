import type { CDPSession, Page } from '@playwright/test';

/** Timings of a page in milliseconds since navigation. */
export type Timings = { painted: number; largest: number; interactive: number; blocked: number; longest: number };

type Recorded = { largest: number; interactive: number; tasks: { at: number; took: number }[] };

/** Makes a page record its own timings. Call it before the page is opened. */
export async function recordsTimings(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const recorded: Recorded = { largest: 0, interactive: 0, tasks: [] };
    Object.assign(window, { recorded });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) recorded.largest = entry.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) recorded.tasks.push({ at: startTime, took: duration });
    }).observe({ type: 'longtask', buffered: true });
    // The page is interactive once it is hydrated and connected.
    const look = (): void => {
      const isLive = document.documentElement.hasAttribute('data-live');
      const isUp = document.querySelector('.link-state')?.getAttribute('data-state') === 'live';
      if (isLive && isUp) recorded.interactive = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Waits until the page is interactive and deferred loads are done, and returns its timings. */
export async function timings(page: Page): Promise<Timings> {
  await page.waitForFunction(() => (window as unknown as { recorded: Recorded }).recorded.interactive > 0, null, {
    timeout: 60_000,
  });
  await page.waitForLoadState('networkidle');
  return await page.evaluate(() => {
    const { largest, interactive, tasks } = (window as unknown as { recorded: Recorded }).recorded;
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN;
    const blocking = tasks.filter(({ at }) => at >= painted).map(({ took }) => took - 50);
    const blocked = blocking.reduce((sum, over) => sum + over, 0);
    return { painted, largest, interactive, blocked, longest: Math.max(0, ...tasks.map(({ took }) => took)) };
  });
}

/** Clears the recorded long tasks. */
export async function resetsLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => void ((window as unknown as { recorded: Recorded }).recorded.tasks = []));
}

/** Returns the longest task since the last reset in milliseconds, or 0 if none was over 50 ms. */
export async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() =>
    Math.max(0, ...(window as unknown as { recorded: Recorded }).recorded.tasks.map(({ took }) => took)),
  );
}

/** Slows the processor down by this factor. */
export async function throttlesCpu(page: Page, times: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: times });
  return session;
}

/** Throttles the network to Lighthouse's "slow 4G". */
export async function throttlesNetwork(session: CDPSession): Promise<void> {
  const bytes = (1.6 * 1024 * 1024) / 8;
  const line = { offline: false, latency: 150, downloadThroughput: bytes, uploadThroughput: bytes / 2 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
}
