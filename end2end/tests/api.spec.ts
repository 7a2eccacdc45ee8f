import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { apiClient, draft } from '../support/api/client';
import { expect, test } from '../support/fixtures';

const KEPT = resolve(__dirname, '../support/api/description.d.ts');

test("the generated client matches the server's description", async ({ server }) => {
  // Fields with a default are optional in requests.
  const options = { defaultNonNullable: false };
  const generated = astToString(await openapiTS(new URL(`${server.url}/api/v1/openapi.json`), options));
  const kept = await readFile(KEPT, 'utf8').catch(() => '');
  const command = 'npx openapi-typescript http://…/api/v1/openapi.json --default-non-nullable false';
  const words = `write it anew: ${command} -o support/api/description.d.ts`;
  expect(kept.includes(generated.trim()), words).toBe(true);
});

test('the generated client publishes, and reads every message once', async ({ server }) => {
  const bob = apiClient(server.url);
  const path = { topic: 'tea' };
  const opened = await bob.POST('/api/v1/session', { body: { name: 'Bob' } });
  expect(opened.data?.name).toBe('Bob');
  expect((await bob.GET('/api/v1/session')).data).toEqual(opened.data);

  const made = await bob.PUT('/api/v1/topics/{topic}', { params: { path, header: draft() }, body: { title: 'Tea' } });
  expect(made.response.status).toBe(201);
  for (let n = 1; n <= 5; n++) {
    const published = await bob.POST('/api/v1/topics/{topic}/messages', {
      params: { path, header: draft() },
      body: { body: `message ${n}` },
    });
    expect(published.data?.seq).toBe(n + 1);
  }
  const edited = await bob.PATCH('/api/v1/topics/{topic}/messages/{message}', {
    params: { path: { ...path, message: 2 }, header: draft() },
    body: { revision: 2, body: 'message one' },
  });
  expect(edited.data?.duplicate).toBe(false);

  const texts: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await bob.GET('/api/v1/topics/{topic}/messages', { params: { path, query: { limit: 2, cursor } } });
    for (const event of page.data?.events ?? []) if (event.kind === 'message') texts.push(event.body);
    cursor = page.data?.next ?? undefined;
  } while (cursor);
  expect(texts.sort()).toEqual(['message 2', 'message 3', 'message 4', 'message 5', 'message one']);
});

test('an error reaches the client as described', async ({ server }) => {
  const nobody = apiClient(server.url);
  const published = await nobody.POST('/api/v1/topics/{topic}/messages', {
    params: { path: { topic: 'tea' }, header: draft() },
    body: { body: 'hi' },
  });
  expect([published.response.status, published.error?.code]).toEqual([401, 'no_session']);
  const none = await nobody.GET('/api/v1/topics/{topic}/messages/{message}', {
    params: { path: { topic: 'tea', message: 1 } },
  });
  expect([none.response.status, none.error?.code]).toEqual([404, 'not_found']);
});
