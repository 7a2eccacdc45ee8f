import type { Page } from '@playwright/test';

// The worker's own world, so no types of a page's: a browser without a screen shows nothing that could be pressed.
const PRESS = `(async () => {
  const opened = [];
  const waits = [];
  self.clients.openWindow = async (path) => void opened.push(path);
  WindowClient.prototype.focus = async function () {};
  const [notification] = await self.registration.getNotifications();
  const event = new NotificationEvent('notificationclick', { notification });
  event.waitUntil = (work) => void waits.push(work);
  self.dispatchEvent(event);
  await Promise.all(waits);
  return opened;
})()`;

const COUNT = `(() => {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  self.told = 0;
  // A browser without a screen hides no page by itself.
  Object.defineProperty(WindowClient.prototype, 'visibilityState', { get: () => 'hidden' });
  ServiceWorkerRegistration.prototype.showNotification = function (...what) {
    self.told += 1;
    return show.apply(this, what);
  };
})()`;

const HOLD = `(() => {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  const order = (self.order = []);
  const free = new Promise((resolve) => (self.letGo = resolve));
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    order.push('begins: ' + options.body);
    if (order.length === 1) await free;
    await show.call(this, title, options);
    order.push('ends: ' + options.body);
  };
})()`;

/** Holds up the first thing that this browser is told. Answers with how it is let go, and what was told when. */
export async function holdsTold(page: Page): Promise<{ letsGo: () => Promise<void>; order: () => Promise<string[]> }> {
  const [worker] = page.context().serviceWorkers();
  await worker.evaluate(HOLD);
  return { letsGo: () => worker.evaluate('self.letGo()'), order: () => worker.evaluate('self.order') };
}

/** Presses what this browser was told. Says which pages were opened anew for that. */
export async function presses(page: Page): Promise<string[]> {
  return await page.context().serviceWorkers()[0].evaluate(PRESS);
}

/** Hides every page from the worker. Counts what this browser is told from now on, also what takes the place of something. */
export async function countsTold(page: Page): Promise<() => Promise<number>> {
  const [worker] = page.context().serviceWorkers();
  await worker.evaluate(COUNT);
  return () => worker.evaluate('self.told');
}
