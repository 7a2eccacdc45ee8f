import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

declare global {
  interface Window {
    violations: string[];
  }
}

test.beforeEach(async ({ ann }) => {
  await ann.page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`);
    });
  });
});

test('a whole visit does not violate the content security policy', async ({ server, ann, bob }) => {
  await postsForms(server, 'lobby', notes(30));
  await ann.joins('lobby');
  await bob.joins('lobby');
  await bob.isNamed('Bob');
  await bob.publishes('<img src="https://elsewhere.example/pixel.png">');
  await ann.publishes('Hello');
  await bob.sees('Hello');
  await ann.sees('<img src="https://elsewhere.example/pixel.png">');
  await ann.scroller.focus();
  await ann.page.keyboard.press('Home');
  await ann.publishes('x'.repeat(20_000));
  await expect(ann.page.getByRole('alert')).toBeVisible();
  expect(await ann.page.evaluate(() => window.violations)).toEqual([]);
});

test('the policy allows nothing inline and nothing foreign', async ({ ann }) => {
  const answer = await ann.page.goto('/t/lobby');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']{16,}' 'wasm-unsafe-eval'/);
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\*|https?:|data:/);
  expect(policy).toContain("frame-ancestors 'none'");
  await ann.isConnected();
  const again = await ann.page.goto('/t/lobby');
  expect(again?.headers()['content-security-policy']).not.toBe(policy);
  await ann.isConnected();
});

test('an injected script does not run', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(/Content Security Policy/i);
  await ann.joins('lobby');
  await ann.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.violations.push("it ran")';
    document.body.append(script);
  });
  await expect.poll(() => ann.page.evaluate(() => window.violations)).toEqual(['script-src-elem: inline']);
});

test('responses have security headers, and scripts cannot read the cookie', async ({ ann }) => {
  await ann.joins('lobby');
  for (const path of ['/t/lobby', '/favicon.svg', '/healthz', '/none']) {
    const headers = (await ann.page.request.get(path)).headers();
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
  }
  expect(await ann.page.evaluate(() => document.cookie)).toBe('');
  const cookies = await ann.page.context().cookies();
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Lax', path: '/' }]);
});
