import type { Route } from '@playwright/test';
import { RENDERED_AGAIN } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { postsForms } from '../support/history';

test.fail('a complaint of the browser fails its test, as it does here', async ({ ann }) => {
  await ann.joins('lobby');
  const logged = ann.page.context().waitForEvent('console', (message) => message.text() === 'struck');
  await ann.page.evaluate(() => console.error('struck'));
  await logged;
});

test('an error in a script is recorded', async ({ ann, consoleGuard }) => {
  await ann.joins('lobby');
  await ann.page.evaluate(() => {
    setTimeout(() => {
      throw new Error('struck');
    });
  });
  await expect.poll(() => consoleGuard.errors().join()).toContain('page error: Error: struck');
  consoleGuard.tolerates(/struck/);
});

test('a failed request is recorded', async ({ ann, consoleGuard }) => {
  await ann.page.route('**/*.css', (route) => route.abort());
  await ann.joins('lobby');
  await expect.poll(() => consoleGuard.errors().join()).toMatch(/failed request: .*\.css/);
  consoleGuard.tolerates(/\.css/, /ERR_FAILED/);
});

test('a hydration mismatch is recorded', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(/WebSocket/);
  await postsForms(server, 'lobby', ['a row']);
  const mangled = async (route: Route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/<ol\b.*<\/ol>/s, '');
    await route.fulfill({ response: answer, body });
  };
  await ann.page.route('**/t/lobby', mangled, { times: 1 });
  await ann.opens('lobby');
  await expect.poll(() => consoleGuard.errors().join()).toMatch(RENDERED_AGAIN);
  consoleGuard.tolerates(RENDERED_AGAIN);
});
