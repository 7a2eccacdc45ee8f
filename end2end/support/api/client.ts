import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from './description';

/** A program with a session, on the client that was generated from the server's description. */
export function program(url: string) {
  const client = createClient<paths>({ baseUrl: url });
  let cookie = '';
  client.use({
    onRequest({ request }) {
      if (cookie) request.headers.set('cookie', cookie);
      return request;
    },
    onResponse({ response }) {
      const given = response.headers.getSetCookie()[0];
      if (given) cookie = given.split(';')[0];
    },
  });
  return client;
}

/** Makes what is done under it be done once. */
export const draft = () => ({ 'Idempotency-Key': randomUUID() });
