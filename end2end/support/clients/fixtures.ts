import { test as base, expect } from '../fixtures';
import type { Client, ClientLibrary } from './client';
import { Node } from './node';
import { findPython, Python } from './python';

/** WebSocket libraries of Node and of Python. */
export const LIBRARIES = ['ws', 'websockets'] as const;

type Fixtures = {
  library: (typeof LIBRARIES)[number];
  /** Connects a client of this library. Without a subprotocol it speaks the plain dialect. */
  connects: (protocol?: string) => Promise<Client>;
};

/** The fixtures of all tests, and clients of third-party libraries. */
export const test = base.extend<Fixtures>({
  library: ['ws', { option: true }],

  connects: async ({ library, server }, use) => {
    const clients: ClientLibrary = library === 'ws' ? new Node() : new Python(pythonOrSkip());
    const url = `${server.url.replace('http', 'ws')}/chat`;
    await use((protocol) => clients.connects(url, protocol ? [protocol] : []));
    clients.end();
  },
});

function pythonOrSkip(): string {
  const python = findPython();
  if (!python) console.log('SKIPPED: no Python with the package "websockets" (python3-websockets)');
  test.skip(!python, 'no Python with the package "websockets"');
  return python!;
}

export { expect };
