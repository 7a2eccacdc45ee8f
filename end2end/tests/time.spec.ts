import { expect, test } from '../support/fixtures';
import { postsForms } from '../support/history';
import { showsPage } from '../support/visibility';

/** Returns the local time in a zone, as `23:59`. */
function wallClock(zone: string, at: string): string {
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit' } as const;
  return new Date(at).toLocaleTimeString('en-GB', options);
}

test("times are in the reader's time zone, and in UTC in the markup", async ({ newcomer }) => {
  const zones = ['Asia/Tokyo', 'America/New_York'];
  const shown: string[] = [];
  const begun = Date.now();
  for (const timezoneId of zones) {
    const person = await newcomer({ timezoneId, locale: 'en-GB' });
    await person.joins('lobby');
    if (timezoneId === zones[0]) await person.publishes('What time is it?');
    const time = person.message('What time is it?').getByRole('time');
    const at = (await time.getAttribute('datetime')) ?? '';
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Date.parse(at)).toBeGreaterThan(begun - 1_000);
    expect(Date.parse(at)).toBeLessThan(Date.now() + 1_000);
    await expect(time).toContainText(wallClock(timezoneId, at));
    await expect(time).not.toContainText('UTC');
    shown.push(await time.innerText());
  }
  expect(shown[0]).not.toBe(shown[1]);
});

test('a message of another day shows the day', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.joins('lobby');
  await ann.publishes('Long ago');
  await ann.sees('Long ago');
  const time = ann.message('Long ago').getByRole('time');
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  const at = (await time.getAttribute('datetime')) ?? '';
  await ann.page.clock.setFixedTime(Date.parse(at) + 40 * 24 * 3_600_000);
  await ann.page.reload();
  await ann.isLive();
  const day = new Date(at).toLocaleDateString('en-GB', { timeZone: 'Europe/Berlin', day: 'numeric', month: 'short' });
  await expect(time).toContainText(day);
  await expect(time).toContainText(wallClock('Europe/Berlin', at));
});

test('without a script times are in UTC', async ({ ann, newcomer }) => {
  await ann.joins('lobby');
  await ann.publishes('Now');
  await ann.sees('Now');
  const reader = await newcomer({ javaScriptEnabled: false, timezoneId: 'Asia/Tokyo' });
  await reader.opens('lobby');
  const time = reader.message('Now').getByRole('time');
  const at = (await time.getAttribute('datetime')) ?? '';
  await expect(time).toHaveText(`${at.slice(11, 16)} UTC`);
});

test('a page open over midnight updates its days, also after sleep', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.page.clock.install({ time: Date.now() });
  await ann.joins('lobby');
  await ann.publishes('Good night');
  await ann.sees('Good night');
  const time = ann.message('Good night').getByRole('time');
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  // Timers are suspended while a machine sleeps; each fires once afterwards.
  await ann.page.clock.fastForward('24:00:00');
  await expect(ann.log.locator('.divider')).toHaveText(['Yesterday']);
  const at = (await time.getAttribute('datetime')) ?? '';
  await expect(time).toContainText(
    new Date(at).toLocaleDateString('en-GB', { timeZone: 'Europe/Berlin', day: 'numeric', month: 'short' }),
  );
});

test('days update at once when a page is shown the next day', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.joins('lobby');
  await ann.publishes('Good night');
  await ann.sees('Good night');
  await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  await ann.page.clock.setFixedTime(Date.now() + 24 * 3_600_000);
  await showsPage(ann.page);
  await expect(ann.log.locator('.divider')).toHaveText(['Yesterday']);
});

for (const own of ['en-US@posix', 'en_US', 'C', '']) {
  test(`a browser that calls its language "${own}" shows its clock's format`, async ({ newcomer }) => {
    const ann = await newcomer({ timezoneId: 'Asia/Tokyo', locale: 'en-US' });
    await ann.page.addInitScript((own) => {
      Object.defineProperty(navigator, 'language', { get: () => own });
    }, own);
    await ann.joins('lobby');
    await ann.publishes('What time is it?');
    const time = ann.message('What time is it?').getByRole('time');
    await expect(time).toHaveText(/^\d\d:\d\d [AP]M$/);
    await expect(time).not.toHaveAttribute('title', /Z$/);
    await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  });
}

for (const locale of ['ar-EG', 'ar-SA', 'ar']) {
  test(`a page in Arabic (${locale}) has one kind of digits and one calendar`, async ({ server, newcomer }) => {
    await postsForms(server, 'lobby', ['مرحبا']);
    const ann = await newcomer({ timezoneId: 'Asia/Riyadh', locale });
    const now = Date.now();
    await ann.page.clock.setFixedTime(now + 40 * 24 * 3_600_000);
    await ann.opens('lobby');
    await ann.isLive();
    const row = ann.page.locator('.message').first();
    const time = row.getByRole('time');
    await expect(time).not.toContainText('UTC');
    const year = String(new Date(now).getUTCFullYear());
    await expect(time).toHaveAttribute('title', new RegExp(year));
    await expect(ann.page.locator('.divider').first()).toContainText(year);
    await expect(ann.page.locator('body')).not.toContainText(/[٠-٩۰-۹]/);
  });
}
