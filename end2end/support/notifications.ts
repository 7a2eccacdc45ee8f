import type { Page } from '@playwright/test';

// Scripts for the service worker's scope, as strings since the page's types do not apply there. A headless browser shows no
// notifications, so the click is dispatched as an event.
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
  self.shown = 0;
  // A headless browser never hides a page by itself.
  Object.defineProperty(WindowClient.prototype, 'visibilityState', { get: () => 'hidden' });
  ServiceWorkerRegistration.prototype.showNotification = function (...what) {
    self.shown += 1;
    return show.apply(this, what);
  };
})()`;

const HOLD = `(() => {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  const order = (self.order = []);
  const free = new Promise((resolve) => (self.release = resolve));
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    order.push('begins: ' + options.body);
    if (order.length === 1) await free;
    await show.call(this, title, options);
    order.push('ends: ' + options.body);
  };
})()`;

/** Delays the first notification. Returns a function that releases it, and one that returns the order of notifications. */
export async function holdsNotification(
  page: Page,
): Promise<{ releases: () => Promise<void>; order: () => Promise<string[]> }> {
  const [worker] = page.context().serviceWorkers();
  await worker.evaluate(HOLD);
  return { releases: () => worker.evaluate('self.release()'), order: () => worker.evaluate('self.order') };
}

/** Clicks the browser's notification. Returns the paths of the windows that were opened for it. */
export async function clicksNotification(page: Page): Promise<string[]> {
  return await page.context().serviceWorkers()[0].evaluate(PRESS);
}

/** Makes every page hidden for the worker. Counts notifications from now on, including those that replace another. */
export async function countsNotifications(page: Page): Promise<() => Promise<number>> {
  const [worker] = page.context().serviceWorkers();
  await worker.evaluate(COUNT);
  return () => worker.evaluate('self.shown');
}
