import { test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import { recordsTimings, type Timings, throttlesCpu, throttlesNetwork, timings } from './metrics';
import { median, ms, table } from './table';

const ROUNDS = 5;

const CASES = [
  { name: 'this machine', times: 1, isNarrow: false },
  { name: 'processor 4 times slower', times: 4, isNarrow: false },
  { name: '4 times slower, slow 4G', times: 4, isNarrow: true },
];

test('loading a page with 30 messages', async ({ newcomer, server }) => {
  await postsForms(server, 'lobby', notes(30));
  const rows: string[][] = [];
  for (const { name, times, isNarrow } of CASES) {
    const rounds: Timings[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page } = await newcomer();
      await recordsTimings(page);
      const session = await throttlesCpu(page, times);
      if (isNarrow) await throttlesNetwork(session);
      await page.goto('/t/lobby');
      rounds.push(await timings(page));
      await page.close();
    }
    const middle = (of: keyof Timings): string => ms(median(rounds.map((round) => round[of])));
    rows.push([name, middle('painted'), middle('largest'), middle('interactive'), middle('blocked')]);
  }
  const head = ['', 'first contentful paint', 'largest', 'one can type and send', 'total blocking time'];
  table(`From asking for a topic's page, medians of ${ROUNDS}`, head, rows);
});
