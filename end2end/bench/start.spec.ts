import { notes, wasSaid } from '../support/history';
import { test } from '../support/stage';
import { type Felt, felt, narrows, slows, watches } from './clock';
import { median, ms, table } from './table';

const ROUNDS = 5;

const CASES = [
  { name: 'this machine', times: 1, isNarrow: false },
  { name: 'processor 4 times slower', times: 4, isNarrow: false },
  { name: '4 times slower, slow 4G', times: 4, isNarrow: true },
];

test('how a page with 30 messages begins', async ({ newcomer, server }) => {
  await wasSaid(server, 'lobby', notes(30));
  const rows: string[][] = [];
  for (const { name, times, isNarrow } of CASES) {
    const rounds: Felt[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page } = await newcomer();
      await watches(page);
      const session = await slows(page, times);
      if (isNarrow) await narrows(session);
      await page.goto('/t/lobby');
      rounds.push(await felt(page));
      await page.close();
    }
    const middle = (of: keyof Felt): string => ms(median(rounds.map((round) => round[of])));
    rows.push([name, middle('painted'), middle('largest'), middle('chats'), middle('blocked')]);
  }
  const head = ['', 'first contentful paint', 'largest', 'one can type and send', 'total blocking time'];
  table(`From asking for a topic's page, medians of ${ROUNDS}`, head, rows);
});
