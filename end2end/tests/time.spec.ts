import { looksBack } from '../support/attention';
import { wasSaid } from '../support/history';
import { expect, test } from '../support/stage';

/** The clock on the wall of a zone, as `23:59`. */
function wallClock(zone: string, at: string): string {
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit' } as const;
  return new Date(at).toLocaleTimeString('en-GB', options);
}

test('each reads the time on their own clock, and the markup says it in UTC', async ({ newcomer }) => {
  const zones = ['Asia/Tokyo', 'America/New_York'];
  const shown: string[] = [];
  for (const timezoneId of zones) {
    const person = await newcomer({ timezoneId, locale: 'en-GB' });
    await person.joins('lobby');
    if (timezoneId === zones[0]) await person.says('What time is it?');
    const time = person.message('What time is it?').getByRole('time');
    const at = (await time.getAttribute('datetime')) ?? '';
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(20_000);
    await expect(time).toContainText(wallClock(timezoneId, at));
    await expect(time).not.toContainText('UTC');
    shown.push(await time.innerText());
  }
  expect(shown[0]).not.toBe(shown[1]);
});

test('a message of another day says which', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.joins('lobby');
  await ann.says('Long ago');
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

test('without a script the time is told as UTC', async ({ ann, newcomer }) => {
  await ann.joins('lobby');
  await ann.says('Now');
  await ann.sees('Now');
  const reader = await newcomer({ javaScriptEnabled: false, timezoneId: 'Asia/Tokyo' });
  await reader.opens('lobby');
  const time = reader.message('Now').getByRole('time');
  const at = (await time.getAttribute('datetime')) ?? '';
  await expect(time).toHaveText(`${at.slice(11, 16)} UTC`);
});

test('a page that is open over midnight says what yesterday was, also after a sleep', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.page.clock.install({ time: Date.now() });
  await ann.joins('lobby');
  await ann.says('Good night');
  await ann.sees('Good night');
  const time = ann.message('Good night').getByRole('time');
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  // Timers stand still while a machine sleeps: each fires once afterwards.
  await ann.page.clock.fastForward('24:00:00');
  await expect(ann.log.locator('.divider')).toHaveText(['Yesterday']);
  const at = (await time.getAttribute('datetime')) ?? '';
  await expect(time).toContainText(new Date(at).toLocaleDateString('en-GB', { timeZone: 'Europe/Berlin', day: 'numeric', month: 'short' }));
});

test('whoever comes back to a page the next day does not wait for a timer', async ({ newcomer }) => {
  const ann = await newcomer({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await ann.joins('lobby');
  await ann.says('Good night');
  await ann.sees('Good night');
  await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  await ann.page.clock.setFixedTime(Date.now() + 24 * 3_600_000);
  await looksBack(ann.page);
  await expect(ann.log.locator('.divider')).toHaveText(['Yesterday'], { timeout: 5_000 });
});

for (const own of ['en-US@posix', 'en_US', 'C', '']) {
  test(`a browser that calls its language "${own}" tells the time of its clock`, async ({ newcomer }) => {
    const ann = await newcomer({ timezoneId: 'Asia/Tokyo', locale: 'en-US' });
    await ann.page.addInitScript((own) => {
      Object.defineProperty(navigator, 'language', { get: () => own });
    }, own);
    await ann.joins('lobby');
    await ann.says('What time is it?');
    const time = ann.message('What time is it?').getByRole('time');
    await expect(time).toHaveText(/^\d\d:\d\d [AP]M$/);
    await expect(time).not.toHaveAttribute('title', /Z$/);
    await expect(ann.log.locator('.divider')).toHaveText(['Today']);
  });
}

for (const locale of ['ar-EG', 'ar-SA', 'ar']) {
  test(`a page in Arabic (${locale}) has one kind of digits and one calendar`, async ({ server, newcomer }) => {
    await wasSaid(server, 'lobby', ['مرحبا']);
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
