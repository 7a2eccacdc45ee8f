import { expect, test } from '@playwright/test';
import { faultsExpression } from './run';
import { DEVICES } from './views';

const PHONE = DEVICES[0]!;
const [VIEW] = PHONE.views;

test.use({ viewport: { width: VIEW!.width, height: VIEW!.height }, hasTouch: true });

/** Each of these is a fault of another kind. */
const FAULTY = `
  <p style="font: 40px monospace; margin: 0; white-space: nowrap">as wide as two phones</p>
  <p style="inline-size: 60px; overflow: hidden; white-space: nowrap">a text that is cut</p>
  <p style="inline-size: 60px; overflow-x: auto; white-space: nowrap">a text that scrolls sideways</p>
  <time style="display: block; inline-size: 50px">10:22 PM</time>
  <p style="position: absolute; inset: 300px auto auto 10px">one line</p>
  <p style="position: absolute; inset: 302px auto auto 12px">another line</p>
  <button style="position: absolute; inset: 400px auto auto 10px; inline-size: 90px; block-size: 44px">below</button>
  <div style="position: absolute; inset: 390px auto auto 0; inline-size: 120px; block-size: 80px" class="above"></div>
  <button style="position: absolute; inset: 500px auto auto 10px; inline-size: 90px; block-size: 30px">small</button>`;

const FINE = `
  <p style="inline-size: 60px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">a text that is shortened</p>
  <p style="display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; inline-size: 60px; overflow: hidden">a text that is shortened to two lines</p>
  <p style="inline-size: 4ch; font-family: monospace; white-space: pre-wrap; overflow: clip">word word   word</p>
  <p style="position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden">for screen readers</p>
  <p style="position: absolute; inline-size: 1px; block-size: 1px; padding: 0 20px; overflow: hidden; clip-path: inset(50%)">for them, too</p>
  <p>A <a href="/" style="color: inherit">link</a> and <span class="body"><a href="/">another one</a></span></p>
  <label style="display: grid; block-size: 44px">A box <input type="checkbox"></label>
  <button style="inline-size: 90px; block-size: 44px">large</button>`;

const shell = (body: string) =>
  `<!doctype html><meta name="viewport" content="width=device-width"><body>${body}</body>`;

test('each kind of fault is found', async ({ page }) => {
  await page.setContent(shell(FAULTY));
  const faults = await page.evaluate<string[]>(faultsExpression(VIEW!, PHONE));
  for (const part of [
    /^the page is \d+ pixels wide$/,
    /“as wide as two phones” is cut by the window/,
    /“a text that is cut” is cut by p/,
    /a text that scrolls sideways” scrolls sideways/,
    /“10:22 PM” is broken into lines/,
    /“one line” runs over “another line”/,
    /“below” is covered by div\.above/,
    /“small” is 90 x 30 pixels large/,
  ]) {
    expect.soft(faults, String(part)).toContainEqual(expect.stringMatching(part));
  }
  expect(faults).toHaveLength(8);
});

test('no fault is found where there is none', async ({ page }) => {
  await page.setContent(shell(FINE));
  expect(await page.evaluate<string[]>(faultsExpression(VIEW!, PHONE))).toEqual([]);
});
