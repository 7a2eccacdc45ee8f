import { expect, test } from '../support/fixtures';

const HASHED = /\/pkg\/chorus\.[\w-]{16,}\.(js|wasm|css)/g;

test('the page names its files by their content', async ({ ann }) => {
  const html = await (await ann.page.request.get('/t/lobby')).text();
  const endings = [...html.matchAll(HASHED)].map((match) => match[1]);
  expect(new Set(endings)).toEqual(new Set(['js', 'wasm', 'css']));
});

test('its files may be cached for ever, and are compressed if accepted', async ({ ann }) => {
  const { request } = ann.page;
  const html = await (await request.get('/t/lobby')).text();
  for (const path of new Set(html.match(HASHED))) {
    const sizes: number[] = [];
    for (const [accepted, sent] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', undefined],
    ] as const) {
      const answer = await request.get(path, { headers: { 'accept-encoding': accepted } });
      expect(answer.status()).toBe(200);
      const headers = answer.headers();
      expect(headers['cache-control'], path).toContain('immutable');
      expect(headers['cache-control'], path).toContain('max-age=31536000');
      expect(headers['content-encoding'], `${path} for ${accepted}`).toBe(sent);
      expect(headers.vary).toContain('accept-encoding');
      sizes.push(Number(headers['content-length']));
      if (path.endsWith('.wasm')) expect(headers['content-type']).toBe('application/wasm');
    }
    expect(sizes[0]).toBeLessThan(sizes[2]);
  }
});

test('a page is individual, and not cached', async ({ ann }) => {
  const answer = await ann.page.request.get('/t/lobby');
  expect(answer.headers()['cache-control']).toBe('no-store, no-transform');
});

test('a second visit fetches no file again', async ({ ann }) => {
  const transferred = () =>
    ann.page.evaluate(() => {
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return entries.filter(({ name }) => name.includes('/pkg/')).map(({ transferSize }) => transferSize);
    });
  await ann.joins('lobby');
  await ann.hasAllParts();
  expect(Math.max(...(await transferred()))).toBeGreaterThan(0);
  await ann.joins('garden');
  await ann.hasAllParts();
  expect((await transferred()).length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...(await transferred()))).toBe(0);
});

test('a missing file is 404', async ({ ann }) => {
  for (const path of ['/pkg/none.js', '/pkg/../Cargo.toml', '/pkg/%2e%2e/Cargo.toml']) {
    expect((await ann.page.request.get(path)).status()).toBe(404);
  }
});
