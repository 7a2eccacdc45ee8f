import { expect, test } from '../support/stage';
import { SERVER_GONE } from '../support/witness';

const LATER = '**/pkg/split_later*';

test('a part of the page that did not come is missed by nobody who chats, and asked for again by who wants it', async ({
  ann,
  witness,
}) => {
  witness.tolerates(/Failed to fetch/, /ERR_FAILED/);
  let refused = 0;
  await ann.page.route(LATER, (route) => {
    refused += 1;
    return route.abort();
  });
  await ann.joins('lobby');
  await expect.poll(() => refused).toBeGreaterThan(0);
  await ann.says('Half a page is enough for this');
  await ann.sees('Half a page is enough for this');
  await ann.page.unroute(LATER);
  await ann.page.getByRole('button', { name: 'Settings' }).click();
  await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
});

test('a message says that it waits, whatever part of the page did not come', async ({ server, ann, witness }) => {
  witness.tolerates(/Failed to fetch/, /ERR_FAILED/, ...SERVER_GONE);
  await ann.page.route(LATER, (route) => route.abort());
  await ann.joins('lobby');
  await server.kill();
  await ann.isCutOff();
  await ann.says('Nobody hears me');
  await ann.seesWaiting('Nobody hears me');
});
