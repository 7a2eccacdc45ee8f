import { test as base } from '../support/fixtures';
import type { EngineKind } from './engine';
import { FIREFOX } from './firefox';
import { Reader } from './reader';

type Fixtures = {
  kind: EngineKind;
  skipsMissing: undefined;
  /** A person at an engine that starts with the test. */
  reader: Reader;
};

const reported = new Set<string>();

/** Says once in the output what is not tested, and why. */
function report(name: string, why: string): void {
  if (!reported.has(name)) console.log(`${name} is not tested: ${why}`);
  reported.add(name);
}

export const test = base.extend<Fixtures>({
  kind: [FIREFOX, { option: true }],

  // Before everything else: a test that is skipped needs no server.
  skipsMissing: [
    async ({ kind }, use, testInfo) => {
      const why = kind.missing();
      if (why) report(kind.name, why);
      testInfo.skip(!!why, why ?? '');
      await use(undefined);
    },
    { auto: true },
  ],

  reader: async ({ kind, server }, use) => {
    const engine = await kind.starts();
    try {
      await use(new Reader(engine, server));
    } finally {
      await engine.closes();
    }
  },
});
