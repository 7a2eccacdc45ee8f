import { expect, test as base } from '../stage';
import type { Client, Make } from './client';
import { Node } from './node';
import { Python, findPython } from './python';

/** Packages of Node and of Python. */
export const MAKES = ['ws', 'websockets'] as const;

type Stage = {
  make: (typeof MAKES)[number];
  /** A client of this make, connected; without a subprotocol it speaks plain text. */
  connects: (protocol?: string) => Promise<Client>;
};

/** As the other stages, and besides its people a test has clients that nobody here wrote. */
export const test = base.extend<Stage>({
  make: ['ws', { option: true }],

  connects: async ({ make, server }, use) => {
    const clients: Make = make === 'ws' ? new Node() : new Python(pythonOrSkip());
    const url = `${server.url.replace('http', 'ws')}/chat`;
    await use((protocol) => clients.connects(url, protocol ? [protocol] : []));
    clients.end();
  },
});

function pythonOrSkip(): string {
  const python = findPython();
  if (!python) console.log('SKIPPED: there is no Python with the package "websockets" (python3-websockets)');
  test.skip(!python, 'no Python with the package "websockets"');
  return python!;
}

export { expect };
