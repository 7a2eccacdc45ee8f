import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { paths } from './description';

/** An API client with a session, typed by the server's OpenAPI document. */
export function apiClient(url: string) {
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

/** The header that makes a request idempotent. */
export const draft = () => ({ 'Idempotency-Key': randomUUID() });
