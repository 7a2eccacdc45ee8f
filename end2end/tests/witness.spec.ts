import type { Route } from '@playwright/test';
import { wasSaid } from '../support/history';
import { expect, test } from '../support/stage';
import { DRAWN_ANEW } from '../support/witness';

test.fail('a complaint of the browser fails its test, as it does here', async ({ ann }) => {
  await ann.joins('lobby');
  await ann.page.evaluate(() => console.error('struck'));
});

test('an error in a script is a complaint', async ({ ann, witness }) => {
  await ann.joins('lobby');
  await ann.page.evaluate(() => {
    setTimeout(() => {
      throw new Error('struck');
    });
  });
  await expect.poll(() => witness.complaints().join()).toContain('page error: Error: struck');
  witness.tolerates(/struck/);
});

test('a failed request is a complaint', async ({ ann, witness }) => {
  await ann.page.route('**/*.css', (route) => route.abort());
  await ann.joins('lobby');
  expect(witness.complaints().join()).toMatch(/failed request: .*\.css/);
  witness.tolerates(/\.css/, /ERR_FAILED/);
});

test('markup that does not fit the page is a complaint', async ({ server, ann, witness }) => {
  witness.tolerates(/WebSocket/);
  await wasSaid(server, 'lobby', ['a row']);
  const mangled = async (route: Route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/<ol\b.*<\/ol>/s, '');
    await route.fulfill({ response: answer, body });
  };
  await ann.page.route('**/t/lobby', mangled, { times: 1 });
  await ann.opens('lobby');
  await expect.poll(() => witness.complaints().join()).toMatch(DRAWN_ANEW);
  witness.tolerates(DRAWN_ANEW);
});
