import { NETWORK_GONE, SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import type { Person } from '../support/person';

/**
 * Holds the page's timers of exactly this length, so that a slow machine does not let them fire early. Returns a function
 * that fires them, and ends the holding.
 */
async function holdsTimers(person: Person, ms: number): Promise<() => Promise<void>> {
  const timers = await person.page.evaluateHandle((ms) => {
    const { setTimeout, clearTimeout } = window;
    const held = new Map<number, () => void>();
    let last = 0;
    Object.assign(window, {
      setTimeout: (run: () => void, delay: number) => {
        if (delay !== ms) return setTimeout(run, delay);
        held.set(--last, run);
        return last;
      },
      clearTimeout: (id: number) => (held.delete(id) ? undefined : clearTimeout(id)),
    });
    const fire = () => {
      Object.assign(window, { setTimeout, clearTimeout });
      for (const run of held.values()) run();
    };
    return { fire };
  }, ms);
  return () => timers.evaluate(({ fire }) => fire());
}

/** The time within which the server must answer a page whose browser reports that it is offline. */
const PROBE_TIMEOUT_MS = 3_000;

test.beforeEach(async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.publishes('before');
  await bob.sees('before');
});

test('a killed server loses and duplicates nothing, and clients reconnect', async ({
  server,
  ann,
  bob,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...SERVER_GONE);
  await server.kill();
  for (const person of [ann, bob]) await person.isOffline();
  await ann.publishes('written in the dark');
  await ann.publishes('and another');
  for (const text of ['written in the dark', 'and another']) await ann.seesWaiting(text);
  await bob.seesNot('written in the dark');
  await server.restart();
  for (const person of [ann, bob]) {
    await person.isConnected();
    await person.seesAll(['before', 'written in the dark', 'and another']);
  }
  await expect(ann.page.getByText('Will be sent automatically')).toHaveCount(0);
  await bob.publishes('after');
  for (const person of [ann, bob]) {
    await person.seesAll(['before', 'written in the dark', 'and another', 'after']);
  }
});

test('a server killed under load loses and duplicates nothing', async ({ server, ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  const flood = Array.from({ length: 25 }, (_, index) => `drop ${index}`);
  for (const [index, text] of flood.entries()) {
    await ann.publishes(text);
    if (index === 15) await server.kill();
  }
  await ann.isOffline();
  await server.restart();
  await ann.publishes('the last drop');
  for (const person of [ann, bob]) {
    await person.isConnected();
    await person.seesAll(['before', ...flood, 'the last drop']);
  }
  await ann.page.reload();
  await ann.seesAll(['before', ...flood, 'the last drop']);
});

test('publishing offline does not delay reconnecting', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(...SERVER_GONE);
  // The longest waits: each is about as long as all before it since the last message, and 20 s if messages lengthened it.
  await ann.page.evaluate(() => void (Math.random = () => 0.99));
  await server.kill();
  await ann.isOffline();
  for (let n = 0; n < 10; n += 1) await ann.publishes(`impatient ${n}`);
  await server.restart();
  await expect(ann.status).toHaveText('Connected');
});

test('a page does not send on a closed connection', async ({ server, ann, consoleGuard }) => {
  // Not "WebSocket is already in CLOSING or CLOSED state".
  consoleGuard.tolerates(...SERVER_GONE);
  await server.kill();
  await ann.isOffline();
  await ann.publishes('waiting');
  await ann.seesWaiting('waiting');
  await server.restart();
  await ann.isConnected();
});

test('without a network messages wait, and are sent once it is back', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  const offline = (off: boolean) => ann.page.context().setOffline(off);
  await offline(true);
  await ann.isOffline();
  await ann.publishes('from the tunnel');
  await ann.seesWaiting('from the tunnel');
  await bob.publishes('said meanwhile');
  await bob.sees('said meanwhile');
  await ann.seesNot('said meanwhile');
  await offline(false);
  await ann.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['before', 'said meanwhile', 'from the tunnel']);
});

test('a connection attempt without a network does not delay the next one', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  // Some systems let the attempt hang, whereas a browser that is set offline for a test fails at once.
  await ann.page.addInitScript(() => {
    const waiting = () => Object.assign(new EventTarget(), { readyState: 0, send() {}, close() {} });
    window.WebSocket = new Proxy(WebSocket, {
      construct: (real, [url, protocols]) => (navigator.onLine ? new real(url, protocols) : waiting()),
    });
    // The page would give up an attempt after ten seconds. Without that, only the network's return ends this one.
    const { setTimeout } = window;
    Object.assign(window, {
      setTimeout: (run: () => void, delay: number) => (delay === 10_000 ? 0 : setTimeout(run, delay)),
    });
  });
  await ann.joins('lobby');
  await ann.page.context().setOffline(true);
  await expect(ann.page.locator('[data-state="lost"][data-trying]')).toBeVisible();
  await ann.page.context().setOffline(false);
  await expect(ann.status).toHaveText('Connected');
});

test.describe('a browser that reports no network while the server answers', () => {
  /** Simulates some VPNs, and machines with a loopback network only. */
  const says = (person: Person, online: boolean) =>
    person.page.evaluate((online) => {
      Object.defineProperty(navigator, 'onLine', { value: online, configurable: true });
      dispatchEvent(new Event(online ? 'online' : 'offline'));
    }, online);

  test('sends messages written while the server was probed', async ({ ann, bob }) => {
    let answer: (() => void) | undefined;
    await ann.page.routeWebSocket('**/chat', (socket) => {
      socket.connectToServer().onMessage((message) => {
        if (JSON.parse(message.toString()).type === 'members') answer = () => socket.send(message);
        else socket.send(message);
      });
    });
    await ann.page.reload();
    await ann.isConnected();
    await holdsTimers(ann, PROBE_TIMEOUT_MS);
    await says(ann, false);
    await expect.poll(() => answer).toBeDefined();
    await ann.publishes('before the sign');
    await ann.seesWaiting('before the sign');
    answer!();
    await bob.sees('before the sign');
  });

  test('disconnects when only frames arrive that were under way', async ({ ann }) => {
    // The browser reports shortly before the cut: the first reply still arrives, the second request does not.
    let cut = false;
    let probes = 0;
    await ann.page.routeWebSocket('**/chat', (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const probe = JSON.parse(message.toString()).type === 'members';
        if (probe) probes += 1;
        if (!cut || (probe && probes === 1)) server.send(message);
      });
    });
    await ann.page.reload();
    await ann.isConnected();
    const timesOut = await holdsTimers(ann, PROBE_TIMEOUT_MS);
    cut = true;
    probes = 0;
    await says(ann, false);
    await expect.poll(() => probes).toBe(2);
    await timesOut();
    await expect(ann.status).not.toHaveText('Connected');
    expect(probes).toBe(2);
  });

  test('sends no message while only events arrive, which were under way', async ({ ann, bob }) => {
    let cut = false;
    const sent: string[] = [];
    await ann.page.routeWebSocket('**/chat', (socket) => {
      if (cut) {
        void socket.close();
        return;
      }
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        sent.push(JSON.parse(message.toString()).type);
        if (!cut) server.send(message);
      });
    });
    await ann.page.reload();
    await ann.isConnected();
    const timesOut = await holdsTimers(ann, PROBE_TIMEOUT_MS);
    cut = true;
    await says(ann, false);
    await expect.poll(() => sent).toContain('members');
    await ann.publishes('written in the tunnel');
    await ann.seesWaiting('written in the tunnel');
    await bob.publishes('under way');
    await ann.sees('under way');
    await timesOut();
    await expect(ann.status).not.toHaveText('Connected');
    expect(sent).not.toContain('publish');
    cut = false;
    await says(ann, true);
    await bob.seesAll(['before', 'under way', 'written in the tunnel']);
  });

  test('stays connected, and sends messages', async ({ ann, bob }) => {
    let lines = 0;
    ann.page.on('websocket', () => (lines += 1));
    await holdsTimers(ann, PROBE_TIMEOUT_MS);
    await says(ann, false);
    for (const text of ['from the train', 'and another']) {
      await ann.publishes(text);
      await bob.sees(text);
      await ann.sees(text);
    }
    await bob.publishes('hello');
    await ann.sees('hello');
    await says(ann, true);
    await says(ann, false);
    await ann.publishes('still here');
    await bob.sees('still here');
    await ann.isConnected();
    expect(lines, 'the connection is the same').toBe(0);
  });

  test('reconnects to a restarted server', async ({ server, ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    await says(ann, false);
    await server.kill();
    await ann.isOffline();
    await ann.publishes('written in the dark');
    await ann.seesWaiting('written in the dark');
    await server.restart();
    await ann.isConnected();
    await bob.isConnected();
    await bob.sees('written in the dark');
  });
});

test.describe('a server with three seconds for its shutdown', () => {
  test.use({ settings: { 'shutdown-seconds': 3 } });

  test('closes cleanly on SIGTERM, and nothing is lost', async ({ server, ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    await ann.publishes('last words');
    await ann.sees('last words');
    expect(await server.stop()).toBe(0);
    for (const person of [ann, bob]) await person.isOffline();
    await ann.publishes('to whom it may concern');
    await ann.seesWaiting('to whom it may concern');
    await server.restart();
    await ann.publishes('and again');
    for (const person of [ann, bob]) {
      await person.isConnected();
      await person.seesAll(['before', 'last words', 'to whom it may concern', 'and again']);
    }
  });
});
