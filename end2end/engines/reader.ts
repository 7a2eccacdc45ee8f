import { expect } from '@playwright/test';
import { endsComposition } from '../support/composition';
import { cachedText, PAGES } from '../support/offline-cache';
import type { Server } from '../support/server';
import { setHidden } from '../support/visibility';
import type { Engine, Key } from './engine';
import {
  clickablePoint,
  connection,
  containsText,
  count,
  focusedValue,
  isFocused,
  rowId,
  shownTexts,
  takesFocus,
} from './in-page';

/** The page loads and connects within this time, also after the longest wait between two attempts. */
const TIMEOUT_MS = 60_000;

type Json = string | number | boolean | readonly Json[];

/** A person at a page in any engine. Elements are found by CSS, so that the page's language does not matter. */
export class Reader {
  constructor(
    private readonly engine: Engine,
    private readonly server: Server,
  ) {}

  async opens(topic: string): Promise<void> {
    await this.engine.opens(`${this.server.url}/t/${topic}`);
  }

  async joins(topic: string): Promise<void> {
    await this.opens(topic);
    await this.isConnected();
  }

  async reloads(): Promise<void> {
    await this.engine.reloads();
  }

  async isConnected(): Promise<void> {
    await this.waitsFor('the page is connected', connection, [], 'live');
  }

  async isOffline(): Promise<void> {
    await this.waitsFor('the page is live and offline', connection, [], 'lost');
  }

  /** Reads exactly these messages in this order, and none that is not sent yet. */
  async reads(texts: string[], pending: string[] = []): Promise<void> {
    await this.waitsFor('these messages are shown', shownTexts, [], [texts, pending]);
  }

  async types(ascii: string): Promise<void> {
    await this.engine.types(ascii);
  }

  async presses(...keys: Key[]): Promise<void> {
    for (const key of keys) await this.engine.presses(key);
  }

  /** Waits for an element that nothing covers, and clicks it. */
  async clicks(css: string): Promise<void> {
    await expect(async () => {
      const point = await this.asks(clickablePoint, css);
      expect(point, `${css} can be clicked`).not.toBeNull();
      await this.engine.clicks(point![0]!, point![1]!);
    }).toPass({ timeout: TIMEOUT_MS });
  }

  async focuses(css: string): Promise<void> {
    await this.waitsFor(`${css} takes the focus`, takesFocus, [css], true);
  }

  async hasFocus(css: string): Promise<void> {
    await this.waitsFor(`${css} has the focus`, isFocused, [css], true);
  }

  async sees(css: string, text: string): Promise<void> {
    await this.waitsFor(`${css} contains "${text}"`, containsText, [css, text], true);
  }

  async seesNot(css: string): Promise<void> {
    await this.waitsFor(`there is no ${css}`, count, [css], 0);
  }

  /** The value of the field that has the focus. */
  async fieldHas(value: string): Promise<void> {
    await this.waitsFor('the focused field has this value', focusedValue, [], value);
  }

  /** Returns the CSS of the message with exactly this text. */
  async row(text: string): Promise<string> {
    let id = '';
    await expect(async () => {
      id = await this.asks(rowId, text);
      expect(id, `"${text}" is shown`).not.toBe('');
    }).toPass({ timeout: TIMEOUT_MS });
    return `#${id}`;
  }

  /** Sends the events of a key that ends an input method's composition in the focused field. */
  async endsComposition(key: Key, isOverBefore: boolean): Promise<void> {
    await this.engine.evaluates(`(${endsComposition})(document.activeElement, ${JSON.stringify([key, isOverBefore])})`);
  }

  /** Waits until the worker has cached a topic with this text. A page is cached again when its reader leaves it. */
  async hasCached(topic: string, text: string): Promise<void> {
    await expect(async () => {
      await this.asks(setHidden, true);
      expect(await this.asks(cachedText, [PAGES, `/t/${topic}`])).toContain(text);
    }).toPass({ timeout: TIMEOUT_MS });
    await this.asks(setHidden, false);
  }

  /** Calls a function in the page. The page has its source only. */
  private async asks<A extends Json[], R>(question: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const values = args.map((value) => JSON.stringify(value)).join(', ');
    return (await this.engine.evaluates(`(${question})(${values})`)) as Awaited<R>;
  }

  private async waitsFor<A extends Json[], R>(
    what: string,
    question: (...args: A) => R,
    args: A,
    answer: R,
  ): Promise<void> {
    // A page that is being replaced answers with an error.
    await expect(async () => {
      expect<unknown>(await this.asks(question, ...args), what).toEqual(answer);
    }).toPass({ timeout: TIMEOUT_MS });
  }
}
