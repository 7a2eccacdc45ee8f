import { expect } from '@playwright/test';
import { apiClient } from '../support/api/client';
import { postsForms } from '../support/history';
import type { Server } from '../support/server';
import { FIREFOX } from './firefox';
import { test } from './fixtures';
import type { Reader } from './reader';
import { WEBKIT } from './webkit';

/** The topic has exactly these messages, in any order: the page shows theirs. */
async function serverHas(server: Server, texts: string[]): Promise<void> {
  const client = apiClient(server.url);
  await client.POST('/api/v1/session', { body: { name: 'Counter' } });
  const params = { path: { topic: 'lobby' } };
  const page = await client.GET('/api/v1/topics/{topic}/messages', { params });
  const bodies = page.data?.events.flatMap((event) => (event.kind === 'message' ? [event.body] : []));
  expect(bodies?.sort()).toEqual(texts.toSorted());
}

async function writes(reader: Reader, text: string): Promise<void> {
  await reader.clicks('#message');
  await reader.types(text);
  await reader.fieldHas(text);
  await reader.presses('Enter');
}

for (const kind of [FIREFOX, WEBKIT]) {
  test.describe(`in ${kind.name}`, () => {
    test.use({ kind });

    test('a person writes, replies, reacts, edits and searches', async ({ reader, server }) => {
      await postsForms(server, 'lobby', ['Welcome']);
      await test.step('the page comes alive', async () => {
        await reader.joins('lobby');
        await reader.reads(['Welcome']);
      });
      await test.step('messages go both ways', async () => {
        await writes(reader, 'Hello from here');
        await reader.reads(['Welcome', 'Hello from here']);
        await postsForms(server, 'lobby', ['Lunch?']);
        await reader.reads(['Welcome', 'Hello from here', 'Lunch?']);
      });
      await test.step('a reply', async () => {
        await reader.focuses('.log');
        await reader.types('kr');
        await reader.sees('.answering', 'Lunch?');
        await reader.hasFocus('#message');
        await reader.types('Yes');
        await reader.presses('Enter');
        await reader.reads(['Welcome', 'Hello from here', 'Lunch?', 'Yes']);
        await reader.sees(`${await reader.row('Yes')} .quote`, 'Lunch?');
      });
      await test.step('a reaction from the menu', async () => {
        const row = await reader.row('Lunch?');
        await reader.clicks(`${row} .more`);
        await reader.clicks(`${row} .choices:popover-open .palette .emoji`);
        await reader.sees(`${row} .reaction[aria-pressed="true"]`, '👍');
        await reader.seesNot('.choices:popover-open');
      });
      await test.step('an edit', async () => {
        await reader.clicks('#message');
        await reader.presses('ArrowUp');
        await reader.hasFocus('.edit textarea');
        await reader.fieldHas('Yes');
        await reader.types(', gladly');
        await reader.presses('Enter');
        await reader.reads(['Welcome', 'Hello from here', 'Lunch?', 'Yes, gladly']);
        await reader.seesNot('.edit');
      });
      await test.step('a search', async () => {
        await reader.focuses('.log');
        await reader.types('/');
        await reader.hasFocus('dialog[open] input[type="search"]');
        await reader.types('welcome');
        await reader.presses('Enter');
        await reader.sees('dialog[open] .hit mark', 'Welcome');
        await reader.focuses('dialog[open] .hit a');
        await reader.presses('Enter');
        await reader.seesNot('dialog[open]');
        await reader.hasFocus(await reader.row('Welcome'));
      });
      await serverHas(server, ['Welcome', 'Hello from here', 'Lunch?', 'Yes, gladly']);
    });

    test('a page that was read is there without the server, and what is written there arrives once', async ({
      reader,
      server,
    }) => {
      await postsForms(server, 'lobby', ['For the train']);
      await reader.joins('lobby');
      await reader.reads(['For the train']);
      await reader.hasCached('lobby', 'For the train');
      await server.kill();
      await test.step('offline', async () => {
        await reader.isOffline();
        await writes(reader, 'From the tunnel');
        await reader.reads(['For the train'], ['From the tunnel']);
      });
      await test.step('reloaded from the worker', async () => {
        await reader.reloads();
        await reader.isOffline();
        await reader.reads(['For the train'], ['From the tunnel']);
      });
      await test.step('and back', async () => {
        await server.restart();
        await reader.isConnected();
        await reader.reads(['For the train', 'From the tunnel']);
        await serverHas(server, ['For the train', 'From the tunnel']);
      });
    });

    // No input method runs here: the events of one are dispatched, in the order of Safari and in that of others.
    for (const isOverBefore of [false, true]) {
      const order = isOverBefore ? 'before its key' : 'after its key';

      test(`the Enter that ends a composition (${order}) sends nothing, and the next one does`, async ({ reader }) => {
        await reader.joins('lobby');
        await reader.clicks('#message');
        await reader.types('nihongo');
        await reader.endsComposition('Enter', isOverBefore);
        await reader.fieldHas('nihongo');
        await reader.reads([]);
        await reader.presses('Enter');
        await reader.reads(['nihongo']);
      });

      test(`the Escape that ends a composition (${order}) does not end an edit, and the next one does`, async ({
        reader,
      }) => {
        await reader.joins('lobby');
        await writes(reader, 'before');
        await reader.reads(['before']);
        await reader.clicks('#message');
        await reader.presses('ArrowUp');
        await reader.hasFocus('.edit textarea');
        await reader.types(' and after');
        await reader.endsComposition('Escape', isOverBefore);
        await reader.hasFocus('.edit textarea');
        await reader.fieldHas('before and after');
        await reader.presses('Escape');
        await reader.seesNot('.edit');
        await reader.reads(['before']);
      });
    }
  });
}
