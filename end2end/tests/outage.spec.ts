import type { Person } from '../support/person';
import { expect, test } from '../support/stage';
import { NETWORK_GONE, SERVER_GONE } from '../support/witness';

test.beforeEach(async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
  await ann.says('before');
  await bob.sees('before');
});

test('a killed server loses and doubles nothing, and all come back', async ({ server, ann, bob, witness }) => {
  witness.tolerates(...SERVER_GONE);
  await server.kill();
  for (const person of [ann, bob]) await person.isCutOff();
  await ann.says('written in the dark');
  await ann.says('and another');
  for (const text of ['written in the dark', 'and another']) await ann.seesWaiting(text);
  await bob.seesNot('written in the dark');
  await server.restart();
  for (const person of [ann, bob]) {
    await person.isConnected();
    await person.seesAll(['before', 'written in the dark', 'and another']);
  }
  await expect(ann.page.getByText('Waiting to be sent')).toHaveCount(0);
  await bob.says('after');
  for (const person of [ann, bob]) {
    await person.seesAll(['before', 'written in the dark', 'and another', 'after']);
  }
});

test('a server killed amid a flood loses and doubles nothing', async ({ server, ann, bob, witness }) => {
  witness.tolerates(...SERVER_GONE);
  const flood = Array.from({ length: 25 }, (_, index) => `drop ${index}`);
  for (const [index, text] of flood.entries()) {
    await ann.says(text);
    if (index === 15) await server.kill();
  }
  await ann.isCutOff();
  await server.restart();
  await ann.says('the last drop');
  for (const person of [ann, bob]) {
    await person.isConnected();
    await person.seesAll(['before', ...flood, 'the last drop']);
  }
  await ann.page.reload();
  await ann.seesAll(['before', ...flood, 'the last drop']);
});

test('writing while cut off does not put off coming back', async ({ server, ann, witness }) => {
  witness.tolerates(...SERVER_GONE);
  await server.kill();
  await ann.isCutOff();
  for (let n = 0; n < 10; n += 1) await ann.says(`impatient ${n}`);
  await server.restart();
  await expect(ann.status).toHaveText('Connected', { timeout: 6_000 });
});

test('a page does not speak into a line that is closed', async ({ server, ann, witness }) => {
  witness.tolerates(/WebSocket connection to/, /net::ERR_CONNECTION_/);
  await server.kill();
  await ann.isCutOff();
  await ann.says('waiting');
  await ann.seesWaiting('waiting');
  await server.restart();
  await ann.isConnected();
});

test('without a network messages wait, and go once when it is back', async ({ ann, bob, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  const offline = (off: boolean) => ann.page.context().setOffline(off);
  await offline(true);
  await ann.isCutOff();
  await ann.says('from the tunnel');
  await ann.seesWaiting('from the tunnel');
  await bob.says('said meanwhile');
  await bob.sees('said meanwhile');
  await ann.seesNot('said meanwhile');
  await offline(false);
  await ann.isConnected();
  for (const person of [ann, bob]) await person.seesAll(['before', 'said meanwhile', 'from the tunnel']);
});

test('a connection that was begun without a network does not hold up the next one', async ({ ann, witness }) => {
  witness.tolerates(...NETWORK_GONE);
  // Some systems let it wait for an answer that nobody gives; a browser whose network is taken away for a test fails at once.
  await ann.page.addInitScript(() => {
    const waiting = () => Object.assign(new EventTarget(), { readyState: 0, send() {}, close() {} });
    window.WebSocket = new Proxy(WebSocket, {
      construct: (real, [url, protocols]) => (navigator.onLine ? new real(url, protocols) : waiting()),
    });
  });
  await ann.joins('lobby');
  await ann.page.context().setOffline(true);
  await expect(ann.status).toHaveText('Connecting…');
  await ann.page.context().setOffline(false);
  await expect(ann.status).toHaveText('Connected', { timeout: 6_000 });
});

test.describe('a browser that says that it has no network while the server answers', () => {
  /** As behind some VPNs, or where the machine's only network is its own. */
  const says = (person: Person, online: boolean) =>
    person.page.evaluate((online) => {
      Object.defineProperty(navigator, 'onLine', { value: online, configurable: true });
      dispatchEvent(new Event(online ? 'online' : 'offline'));
    }, online);

  test('sends what was written while the server was asked for a sign', async ({ ann, bob }) => {
    let answer: (() => void) | undefined;
    await ann.page.routeWebSocket('**/chat', (socket) => {
      socket.connectToServer().onMessage((message) => {
        if (JSON.parse(message.toString()).type === 'members') answer = () => socket.send(message);
        else socket.send(message);
      });
    });
    await ann.page.reload();
    await ann.isConnected();
    await says(ann, false);
    await expect.poll(() => answer).toBeDefined();
    await ann.says('before the sign');
    await ann.seesWaiting('before the sign');
    answer!();
    await bob.sees('before the sign');
  });

  test('is not cut off, and sends what is written', async ({ ann, bob }) => {
    let lines = 0;
    ann.page.on('websocket', () => (lines += 1));
    await says(ann, false);
    for (const text of ['from the train', 'and another']) {
      await ann.says(text);
      await bob.sees(text);
      await ann.sees(text);
    }
    await bob.says('hello');
    await ann.sees('hello');
    await says(ann, true);
    await says(ann, false);
    await ann.says('still here');
    await bob.sees('still here');
    await ann.isConnected();
    expect(lines, 'the connection is the same').toBe(0);
  });

  test('comes back to a server that was gone', async ({ server, ann, bob, witness }) => {
    witness.tolerates(...SERVER_GONE);
    await says(ann, false);
    await server.kill();
    await ann.isCutOff();
    await ann.says('written in the dark');
    await ann.seesWaiting('written in the dark');
    await server.restart();
    await ann.isConnected();
    await bob.isConnected();
    await bob.sees('written in the dark');
  });
});

test.describe('a server that gives three seconds to go', () => {
  test.use({ settings: { 'shutdown-seconds': 3 } });

  test('says goodbye when asked to go, and nothing is lost', async ({ server, ann, bob, witness }) => {
    witness.tolerates(...SERVER_GONE);
    await ann.says('last words');
    await ann.sees('last words');
    expect(await server.stop()).toBe(0);
    for (const person of [ann, bob]) await person.isCutOff();
    await ann.says('to whom it may concern');
    await ann.seesWaiting('to whom it may concern');
    await server.restart();
    await ann.says('and again');
    for (const person of [ann, bob]) {
      await person.isConnected();
      await person.seesAll(['before', 'last words', 'to whom it may concern', 'and again']);
    }
  });
});
