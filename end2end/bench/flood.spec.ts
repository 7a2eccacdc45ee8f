import { test } from '../support/fixtures';
import { floods, notes } from '../support/history';
import { longestTask, recordsTimings, resetsLongTasks, throttlesCpu, timings } from './metrics';
import { ms, table } from './table';

const SECONDS = 5;
const MESSAGES_PER_SECOND = 100;
const ROWS = 10_000;

test.use({ settings: { 'frames-per-second': 0, sync: 'normal' } });

const longest = (task: number): string => (task > 0 ? ms(task) : 'none over 50 ms');

test('the cost of many messages', async ({ ann, bob, server }) => {
  const rows: string[][] = [];
  const took = async (what: string, times: number): Promise<void> => {
    const session = await throttlesCpu(ann.page, times);
    await resetsLongTasks(ann.page);
    await streams(bob.page, `${times} times`);
    await shows(ann.page, `${times} times ${SECONDS * MESSAGES_PER_SECOND}`);
    rows.push([`${what}, processor ${times} times slower`, longest(await longestTask(ann.page))]);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  };
  await recordsTimings(ann.page);
  // The publisher's page is in another topic, so that it does not render the messages.
  await bob.joins('elsewhere');
  await ann.joins('lobby');
  await took('a new topic', 1);
  await took('a new topic', 4);
  await ann.page.goto('about:blank');
  for (let part = 0; part < ROWS; part += 1_000) await floods(bob, 'lobby', notes(1_000));

  const count = ROWS.toLocaleString('en');
  await ann.page.goto(`${server.url}/t/lobby`);
  const { painted, interactive } = await timings(ann.page);
  await took(`a topic of ${count} rows`, 1);
  await took(`a topic of ${count} rows`, 4);
  table(
    `Longest task while ${MESSAGES_PER_SECOND} messages a second arrive for ${SECONDS} s`,
    ['', 'longest task'],
    rows,
  );
  const opened = [
    ['first contentful paint', ms(painted)],
    ['one can type and send', ms(interactive)],
  ];
  table(`Opening a topic with ${count} rows in its log`, ['', 'after'], opened);
});

/** Waits for a text at the log's end. Finding it by role would cause a long task itself. */
async function shows(page: import('@playwright/test').Page, text: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('[role=log]')?.lastElementChild?.lastElementChild?.textContent?.includes(text),
    text,
  );
}

/** Publishes messages at a fixed rate. */
async function streams(page: import('@playwright/test').Page, text: string): Promise<void> {
  await page.evaluate(
    ([text, count, every]) =>
      new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/chat`, 'chorus.v1');
        let [sent, stored] = [0, 0];
        socket.onclose = () => reject(new Error(`closed after ${stored}`));
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data as string).type === 'ack') stored += 1;
          if (stored === count) resolve(socket.close());
        };
        socket.onopen = () => {
          socket.send(JSON.stringify({ type: 'hello', version: 1 }));
          const began = performance.now();
          const timer = setInterval(() => {
            const due = Math.min(count, Math.floor((performance.now() - began) / every));
            for (; sent < due; sent += 1) {
              const frame = { type: 'publish', ref: sent + 1, topic: 'lobby', draft: crypto.randomUUID() };
              socket.send(JSON.stringify({ ...frame, body: `${text} ${sent + 1}` }));
            }
            if (sent === count) clearInterval(timer);
          }, every);
        };
      }),
    [text, SECONDS * MESSAGES_PER_SECOND, 1_000 / MESSAGES_PER_SECOND] as const,
  );
}
