import type { Request } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import { kb, table } from './table';

type Got = { kind: string; path: string; bytes: number };

const KINDS: Record<string, string> = { document: 'HTML', stylesheet: 'CSS', script: 'JavaScript' };

function kindOf(request: Request): string | undefined {
  const { pathname } = new URL(request.url());
  return pathname.endsWith('.wasm') ? 'WebAssembly' : KINDS[request.resourceType()];
}

for (const path of ['/t/lobby', '/']) {
  test(`what ${path} weighs`, async ({ ann, server }) => {
    await postsForms(server, 'lobby', notes(30));
    const answers: Promise<Got>[] = [];
    ann.page.on('requestfinished', (request) => {
      const kind = kindOf(request);
      const { pathname } = new URL(request.url());
      if (kind) answers.push(request.sizes().then(({ responseBodySize: bytes }) => ({ kind, path: pathname, bytes })));
    });
    await ann.page.goto(path);
    await (path === '/' ? ann.isLive() : ann.isConnected());
    await ann.page.waitForLoadState('networkidle');
    const got = await Promise.all(answers);
    // A topic's page requests its lazy parts only once it is connected; other pages need all files that they name.
    const named = (await ann.page.locator('meta[name="chorus:parts"]').getAttribute('content')) ?? '';
    const isLater = (one: Got): boolean => path !== '/' && one.kind === 'WebAssembly' && named.includes(one.path);
    const now = got.filter((one) => !isLater(one));
    const sum = (some: Got[]): string => kb(some.reduce((sum, { bytes }) => sum + bytes, 0));
    const kinds = ['HTML', 'CSS', 'JavaScript', 'WebAssembly'];
    const rows = kinds.map((kind) => [kind, sum(now.filter((one) => one.kind === kind))]);
    const form = now.filter(({ kind }) => kind === 'HTML' || kind === 'CSS');
    const begin = path === '/' ? [] : [['until one can read, and write with the form', sum(form)]];
    const later = got
      .filter(isLater)
      .map((one) => [`later: ${one.path.split('/').pop()?.split('.')[0]}`, kb(one.bytes)]);
    const total = [path === '/' ? '**all of it**' : '**until the page is live**', sum(now)];
    table(`Bytes over the wire for \`${path}\``, ['', 'bytes'], [...rows, ...begin, total, ...later]);
    expect(now.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  });
}
