import { test as base } from '../support/fixtures';
import type { EngineKind } from './engine';
import { FIREFOX } from './firefox';
import { Reader } from './reader';

type Fixtures = {
  kind: EngineKind;
  /** A person at an engine that starts with the test. */
  reader: Reader;
};

/** Skips the test, and says so, where its engine is missing. */
export const test = base.extend<Fixtures>({
  kind: [FIREFOX, { option: true }],

  reader: async ({ kind, server }, use, testInfo) => {
    const why = kind.missing();
    if (why) console.log(`${kind.name} is not tested: ${why}`);
    testInfo.skip(why !== undefined, why ?? '');
    const engine = await kind.starts();
    try {
      await use(new Reader(engine, server));
    } finally {
      await engine.closes();
    }
  },
});
