import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { floods, missesFlood, notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

const loaded = (person: Person) => person.messages.count();

/** Returns the position in the window of every visible message. */
function inView(person: Person): Promise<Record<string, number>> {
  return person.scroller.evaluate((log) => {
    const window = log.getBoundingClientRect();
    const rows = [...log.querySelectorAll('[role=log] .message')].map((row) => ({
      id: row.id,
      box: row.getBoundingClientRect(),
    }));
    const seen = rows.filter(({ box }) => box.bottom > window.top && box.top < window.bottom);
    return Object.fromEntries(seen.map(({ id, box }) => [id, box.top]));
  });
}

/** Records, frame by frame, how far the visible messages move without scrolling. */
async function watchesMoves(person: Person): Promise<() => Promise<number>> {
  await person.scroller.evaluate((log) => {
    const state = { worst: 0, going: true };
    Object.assign(window, { moves: state });
    let before = new Map<Element, number>();
    const look = () => {
      const frame = log.getBoundingClientRect();
      const now = new Map<Element, number>();
      for (const row of log.querySelectorAll('[role=log] .message')) {
        const box = row.getBoundingClientRect();
        if (box.bottom > frame.top && box.top < frame.bottom) now.set(row, box.top);
      }
      for (const [row, y] of now) {
        const was = before.get(row);
        if (was !== undefined) state.worst = Math.max(state.worst, Math.abs(y - was));
      }
      before = now;
      if (state.going) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return () =>
    person.page.evaluate(() => {
      const state = (window as unknown as { moves: { worst: number; going: boolean } }).moves;
      state.going = false;
      return state.worst;
    });
}

/** Waits until twelve frames in a row show the same rows at the same positions. */
function settles(person: Person): Promise<void> {
  return person.scroller.evaluate(
    (log) =>
      new Promise<void>((resolve) => {
        let [before, same] = ['', 0];
        const look = () => {
          const rows = [...log.querySelectorAll('[role=log] > *')].map((row) => row.getBoundingClientRect().top);
          const now = rows.join();
          same = now === before ? same + 1 : 0;
          before = now;
          if (same < 12) requestAnimationFrame(look);
          else resolve();
        };
        look();
      }),
  );
}

const below = (person: Person) =>
  person.scroller.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop);

/** Scrolls up to the first message, in large steps, because each takes a second on a busy machine. */
async function scrollsToTop(person: Person): Promise<void> {
  await expect(async () => {
    await person.scrollsUp(3_000);
    await expect(person.message('note 1')).toBeInViewport({ timeout: 500 });
  }).toPass({ intervals: [20] });
}

/** Waits until no history is loading and the rows do not move. */
async function rests(person: Person): Promise<void> {
  // Coming to rest near a gap loads it, which moves the rows again.
  await settles(person);
  await expect(person.log).not.toHaveAttribute('aria-busy', 'true');
  await settles(person);
}

async function isAtEnd(person: Person): Promise<void> {
  await expect.poll(() => below(person)).toBeLessThanOrEqual(1);
}

test.describe('two hundred messages', () => {
  test.beforeEach(async ({ server }) => {
    // Posting them, and scrolling through them, can take half a minute on a busy machine.
    test.slow();
    await postsForms(server, 'lobby', notes(200));
  });

  test('scrolling up loads page after page to the first message, in order, none missing or duplicated', async ({
    ann,
  }) => {
    const asked: number[] = [];
    ann.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const frame = JSON.parse(payload.toString()) as { type: string; before: number };
        if (frame.type === 'history') asked.push(frame.before);
      }),
    );
    await ann.joins('lobby');
    await isAtEnd(ann);
    await ann.seesAll(notes(200).slice(170));
    expect(asked).toEqual([]);
    await scrollsToTop(ann);
    await ann.seesAll(notes(200));
    await expect(ann.gaps).toHaveCount(0);
    await ann.scrollsUp(2_000);
    await ann.publishes('All of it');
    await ann.seesAll([...notes(200), 'All of it']);
    await expect.poll(() => asked).toEqual([171, 121, 71, 21]);
  });

  test('loaded history is not announced, and new messages are', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await isAtEnd(ann);
    await ann.log.evaluate((log) => {
      const came: Record<string, boolean> = {};
      Object.assign(window, { came });
      const look = (row: Element) => (came[row.id] = log.getAttribute('aria-busy') === 'true');
      new MutationObserver((changes) => {
        const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof Element);
        for (const node of added)
          [node, ...node.querySelectorAll('*')].filter((it) => it.matches('.message')).forEach(look);
      }).observe(log, { childList: true, subtree: true });
    });
    const wasBusyFor = (seq: number) =>
      ann.page.evaluate((id) => (window as unknown as { came: Record<string, boolean> }).came[id], `m${seq}`);
    await ann.scrollsUpTo('note 130');
    await bob.joins('lobby');
    await rests(ann);
    expect(await wasBusyFor(160)).toBe(true);
    await bob.publishes('News');
    await ann.sees('News');
    expect(await wasBusyFor(201)).toBe(false);
  });

  test('messages in view keep their position while older ones load', async ({ ann }) => {
    let release = () => {};
    const held: (string | Buffer)[] = [];
    let holding = true;
    await ann.page.routeWebSocket('**/chat', (socket) => {
      const server = socket.connectToServer();
      release = () => {
        holding = false;
        held.splice(0).forEach((frame) => socket.send(frame));
      };
      server.onMessage((frame) => {
        if (holding && frame.includes('"history"')) held.push(frame);
        else socket.send(frame);
      });
    });
    await ann.joins('lobby');
    await isAtEnd(ann);
    for (let part = 0; part < 4; part += 1) {
      const count = await loaded(ann);
      holding = true;
      // Scrolls to the top of the loaded messages while the next page is still loading.
      await expect(async () => {
        await ann.scrollsUp(3_000);
        expect(held).toHaveLength(1);
        await expect(ann.gaps).toBeInViewport({ timeout: 200 });
      }).toPass({ timeout: 10_000, intervals: [50] });
      await settles(ann);
      const before = await inView(ann);
      expect(Object.keys(before).length).toBeGreaterThan(3);
      const worst = await watchesMoves(ann);
      release();
      await expect.poll(() => loaded(ann)).toBeGreaterThan(count);
      await settles(ann);
      const after = await inView(ann);
      const kept = Object.entries(before).filter(([id]) => id in after);
      expect(kept.length).toBeGreaterThan(3);
      for (const [id, y] of kept) expect(Math.abs(after[id]! - y), id).toBeLessThanOrEqual(2);
      expect(await worst(), 'in no frame').toBeLessThanOrEqual(2);
    }
    await ann.seesAll(notes(200));
  });

  test('many messages adapt to a narrow window', async ({ ann }) => {
    await ann.page.setViewportSize({ width: 1_000, height: 500 });
    await ann.joins('lobby');
    await scrollsToTop(ann);
    await ann.page.setViewportSize({ width: 390, height: 800 });
    await ann.scroller.evaluate((log) => log.scrollTo(0, log.scrollHeight));
    await isAtEnd(ann);
    expect(await ann.scroller.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
    for (const row of [ann.message('note 200'), ann.message('note 199')]) {
      expect((await row.boundingBox())!.width).toBeLessThan(390);
    }
  });

  test('overflow of a row is visible among many rows', async ({ ann }) => {
    await ann.joins('lobby');
    await scrollsToTop(ann);
    await ann.publishes('In a frame of its own');
    await ann.sees('In a frame of its own');
    const row = ann.message('In a frame of its own');
    await expect(row.locator('xpath=..')).toHaveAttribute('data-settled');
    // A click on the frame's start edge, which is outside the other rows.
    const isHit = () =>
      row.evaluate((row) => {
        const { left, top, height } = row.getBoundingClientRect();
        return row.contains(document.elementFromPoint(left + 4, top + height / 2));
      });
    await expect.poll(isHit).toBe(true);
  });

  test('messages that arrive while scrolled up do not move the view, and none is lost', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    await isAtEnd(ann);
    await ann.scrollsUpTo('note 150');
    await rests(ann);
    const before = await inView(ann);
    const worst = await watchesMoves(ann);
    for (let n = 1; n <= 5; n += 1) await bob.publishes(`meanwhile ${n}`);
    await ann.sees('meanwhile 5');
    await expect(ann.newMessages).toBeVisible();
    expect(await inView(ann)).toEqual(before);
    expect(await worst()).toBeLessThanOrEqual(1);
    await scrollsToTop(ann);
    const meanwhile = Array.from({ length: 5 }, (_, index) => `meanwhile ${index + 1}`);
    await ann.seesAll([...notes(200), ...meanwhile]);
    await ann.newMessages.click();
    await expect(ann.message('meanwhile 5')).toBeInViewport({ ratio: 1 });
  });

  test('changes apply to messages loaded by scrolling', async ({ server, ann, bob }) => {
    await bob.joins('lobby');
    await bob.publishes('Helo');
    await bob.sees('Helo');
    await postsForms(server, 'lobby', notes(40));
    await ann.joins('lobby');
    await ann.seesNot('Helo');
    await ann.scrollsUpTo('Helo');
    await bob.scrollsUpTo('Helo');
    await bob.edits('Helo', 'Hello');
    await ann.sees('Hello');
    await ann.reacts('Hello', '👍');
    await expect(bob.reaction('Hello', '👍')).toHaveText('👍 1');
  });

  test('a tall screen stays at the newest message', async ({ newcomer }) => {
    const ann = await newcomer({ viewport: { width: 1280, height: 2_600 } });
    await ann.joins('lobby');
    await expect(ann.message('note 200')).toBeInViewport({ ratio: 1 });
    await expect.poll(() => loaded(ann)).toBe(80);
    await isAtEnd(ann);
    await settles(ann);
    expect(await loaded(ann)).toBe(80);
    await isAtEnd(ann);
  });

  test('without a script a link leads back, page by page', async ({ newcomer }) => {
    const cleo = await newcomer({ javaScriptEnabled: false });
    await cleo.opens('lobby');
    const seen = new Set(await cleo.bodyTexts());
    for (let page = 0; page < 12 && !seen.has('note 1'); page += 1) {
      const path = (await cleo.gaps.first().getAttribute('href')) ?? '';
      const [, seq] = path.match(/^\/t\/lobby\/\d+#m(\d+)$/)!;
      await cleo.gaps.first().focus();
      await cleo.page.keyboard.press('Enter');
      await expect(cleo.page).toHaveURL(path);
      await cleo.page.waitForLoadState();
      await expect(cleo.messageAt(Number(seq))).toBeInViewport();
      for (const text of await cleo.bodyTexts()) seen.add(text);
    }
    expect(seen.size).toBe(200);
    await expect(cleo.gaps).toHaveText(['More messages']);
  });

  test('Home loads older messages', async ({ ann }) => {
    await ann.joins('lobby');
    await isAtEnd(ann);
    await ann.scroller.focus();
    await expect(async () => {
      await ann.page.keyboard.press('Home');
      await expect(ann.message('note 1')).toBeInViewport({ timeout: 200 });
    }).toPass({ timeout: 15_000 });
    await ann.seesAll(notes(200));
  });

  test('the link loads older messages without scroll events', async ({ ann }) => {
    // A browser whose IntersectionObserver never fires.
    await ann.page.addInitScript(() => {
      IntersectionObserver.prototype.observe = () => {};
    });
    await ann.joins('lobby');
    await isAtEnd(ann);
    await ann.scroller.focus();
    for (let row = 0; row < 31; row += 1) await ann.page.keyboard.press('ArrowUp');
    await expect(ann.gaps).toBeFocused();
    await ann.page.keyboard.press('Enter');
    await expect.poll(() => loaded(ann)).toBe(80);
    await expect(ann.page).toHaveURL(/\/t\/lobby$/);
    await ann.seesAll(notes(200).slice(120));
  });

  test('the page of one message opens at it, and goes on in both directions', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await ann.page.goto('/t/lobby/100');
    await ann.isConnected();
    await expect(ann.message('note 100')).toBeInViewport({ ratio: 1 });
    await expect(ann.message('note 100')).toHaveCSS('outline-style', 'solid');
    await expect(ann.message('note 101')).toHaveCSS('outline-style', 'none');
    await expect(ann.gaps).toHaveText(['Older messages', 'More messages']);
    await bob.publishes('live');
    await ann.sees('live');
    await expect(ann.message('note 100')).toBeInViewport({ ratio: 1 });
    await expect(ann.newMessages).toBeVisible();
    await expect(async () => {
      await ann.scrollsUp(-800);
      await expect(ann.message('live')).toBeInViewport({ timeout: 150 });
      await expect(ann.gaps).toHaveCount(1, { timeout: 150 });
      expect(await below(ann)).toBeLessThanOrEqual(1);
    }).toPass({ timeout: 20_000, intervals: [20] });
    const down = await ann.bodyTexts();
    expect(down.slice(down.indexOf('note 100'))).toEqual([...notes(200).slice(99), 'live']);
    await isAtEnd(ann);
    await bob.publishes('live again');
    await expect(ann.message('live again')).toBeInViewport({ ratio: 1 });
    await scrollsToTop(ann);
    await ann.seesAll([...notes(200), 'live', 'live again']);
  });

  test('the page of one message has a button to the newest', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await ann.page.goto('/t/lobby/50#m50');
    await ann.isConnected();
    await expect(ann.message('note 50')).toBeInViewport({ ratio: 1 });
    await bob.publishes('live');
    await ann.newMessages.click();
    await expect(ann.message('live')).toBeInViewport({ ratio: 1 });
    await expect(ann.message('note 200')).toBeInViewport({ ratio: 1 });
    await isAtEnd(ann);
    await ann.publishes('Here I am');
    await expect(ann.message('Here I am')).toBeInViewport({ ratio: 1 });
    await scrollsToTop(ann);
    await ann.seesAll([...notes(200), 'live', 'Here I am']);
  });

  test('each time links to its message', async ({ ann, newcomer }) => {
    await ann.joins('lobby');
    const link = ann.message('note 180').getByRole('link');
    await expect(link).toHaveAttribute('href', '/t/lobby/180#m180');
    await link.click();
    await expect(ann.page).toHaveURL(/\/t\/lobby\/180#m180$/);
    await ann.isConnected();
    await expect(ann.message('note 180')).toBeInViewport({ ratio: 1 });
    const reader = await newcomer({ javaScriptEnabled: false });
    await reader.page.goto('/t/lobby/80#m80');
    await expect(reader.message('note 80')).toBeInViewport({ ratio: 1 });
    await expect(reader.gaps).toHaveText(['Older messages', 'More messages']);
  });

  test('a missing message is a 404 page', async ({ ann, consoleGuard }) => {
    consoleGuard.tolerates(/status of 404/);
    for (const seq of ['0', '201', '999999999999', '18446744073709551615', '99999999999999999999', '-1', 'x']) {
      const answer = await ann.page.goto(`/t/lobby/${seq}`);
      expect(answer?.status(), seq).toBe(404);
      await expect(ann.page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
    }
    expect((await ann.page.goto('/t/lobby/200'))?.status()).toBe(200);
    expect((await ann.page.goto('/t/lobby/1'))?.status()).toBe(200);
    await ann.isConnected();
    await expect(ann.message('note 1')).toBeInViewport({ ratio: 1 });
  });

  test('the page of a deleted message shows its tombstone', async ({ ann, newcomer }) => {
    await ann.joins('lobby');
    await ann.publishes('Not for long');
    await ann.sees('Not for long');
    await ann.deletes('Not for long');
    await ann.seesTombstones(1);
    await expect(ann.changes(ann.messageAt(201))).toHaveCount(0);
    for (const javaScriptEnabled of [true, false]) {
      const reader = await newcomer({ javaScriptEnabled });
      await expect(async () => {
        await reader.page.goto('/t/lobby/201#m201');
        await expect(reader.messageAt(201)).toContainText('This message was deleted.', { timeout: 500 });
      }).toPass();
      await expect(reader.messageAt(201)).toBeInViewport({ ratio: 1 });
      expect(await reader.page.content()).not.toContain('Not for long');
    }
  });
});

test.describe('a server without a rate limit', () => {
  test.use({ settings: { 'frames-per-second': 0, sync: 'normal' } });

  test('reconnecting after 120 messages shows their number and loads all', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    for (const person of [ann, bob]) await person.joins('lobby');
    await bob.publishes('before');
    await ann.sees('before');
    await missesFlood(ann, bob, 'lobby', notes(120));
    await ann.isConnected();
    await expect(ann.log.getByText('120 new messages while you were away')).toBeVisible();
    await ann.seesAll(['before', ...notes(120)]);
    await isAtEnd(ann);
    await bob.publishes('after');
    await ann.sees('after');
    await expect(ann.log.getByText(/while you were away/)).toHaveCount(1);
  });

  test('reconnecting without news shows no notice', async ({ ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(...NETWORK_GONE);
    for (const person of [ann, bob]) await person.joins('lobby');
    await bob.publishes('before');
    await ann.sees('before');
    await ann.page.context().setOffline(true);
    await ann.isOffline();
    await ann.page.context().setOffline(false);
    await ann.isConnected();
    await bob.publishes('after');
    await ann.sees('after');
    await expect(ann.log.getByText(/while you were away/)).toHaveCount(0);
  });

  test('1,500 missed events arrive in order', async ({ ann, bob, consoleGuard }) => {
    test.slow();
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.joins('lobby');
    await bob.joins('garden');
    await missesFlood(ann, bob, 'lobby', notes(1_500));
    await expect(ann.log.getByText('1500 new messages while you were away')).toHaveCount(1, { timeout: 30_000 });
    await ann.seesAll(notes(1_500));
    await isAtEnd(ann);
    await ann.publishes('I have read it all');
    await ann.sees('I have read it all');
  });

  test('a long-lived page drops its oldest rows, and loads them again', async ({ ann, bob, consoleGuard }) => {
    test.slow();
    consoleGuard.tolerates(...NETWORK_GONE);
    await ann.joins('lobby');
    await bob.joins('garden');
    await missesFlood(ann, bob, 'lobby', notes(2_500));
    await expect(ann.log.getByText('2500 new messages while you were away')).toHaveCount(1, { timeout: 45_000 });
    await expect(ann.message('note 2500')).toBeInViewport({ ratio: 1 });
    await isAtEnd(ann);
    await expect.poll(() => loaded(ann)).toBeLessThanOrEqual(2_000);
    const now = await ann.bodyTexts();
    expect(now.length).toBeGreaterThan(1_000);
    expect(now).toEqual(notes(2_500).slice(2_500 - now.length));
    await expect(ann.gaps).toHaveText(['Older messages']);
    await ann.scroller.focus();
    await ann.page.keyboard.press('Home');
    await expect.poll(() => loaded(ann)).toBeGreaterThan(now.length);
    const then = await ann.bodyTexts();
    expect(then).toEqual(notes(2_500).slice(2_500 - then.length));
  });

  test('typing stays fast with 2,000 loaded messages', async ({ ann, bob }) => {
    test.setTimeout(120_000);
    await bob.joins('garden');
    await floods(bob, 'lobby', notes(2_100));
    await ann.joins('lobby');
    await isAtEnd(ann);
    await ann.scroller.focus();
    await expect(async () => {
      await ann.page.keyboard.press('Home');
      expect(await loaded(ann)).toBe(2_100);
    }).toPass({ timeout: 100_000, intervals: [50] });
    const rows = () =>
      ann.scroller.evaluate((log) => {
        const away = [...log.querySelectorAll('[role=log] .message')].filter(
          (row) => Math.abs(row.getBoundingClientRect().top) > 15_000,
        );
        const shown = away.filter((row) => row.firstElementChild!.checkVisibility({ contentVisibilityAuto: true }));
        return { areMany: away.length > 1_500, shown: shown.length };
      });
    await expect.poll(rows).toEqual({ areMany: true, shown: 0 });
    const blocks = () =>
      ann.scroller.evaluate((log) => {
        const away = [...log.querySelectorAll('[role=log] > ol')].filter(
          (block) => block.getBoundingClientRect().top > 15_000,
        );
        const shown = away.filter((block) => block.firstElementChild!.checkVisibility({ contentVisibilityAuto: true }));
        return { areMany: away.length > 20, shown: shown.length };
      });
    await expect.poll(blocks).toEqual({ areMany: true, shown: 0 });
    const begun = Date.now();
    await ann.publishes('Still here');
    await ann.sees('Still here');
    expect(Date.now() - begun).toBeLessThan(5_000);
    // An own message scrolls to the end, where old rows are dropped.
    await isAtEnd(ann);
    await expect.poll(() => loaded(ann)).toBeLessThanOrEqual(2_000);
  });
});
