import { EventEmitter, once } from 'node:events';

/** Longer than anything here takes; shorter than either client waits before it ends a line by itself. */
const PATIENCE = 8_000;

/** A WebSocket client that we did not write, and what happened to it. */
export abstract class Client {
  readonly heard: string[] = [];
  /** What came back of its pings. */
  readonly pongs: string[] = [];
  /** What was agreed on; none until the line is open. */
  agreed?: { protocol: string; extensions: string };
  /** The code of the server's close frame, once the server has ended the line: 1005 for none, 1006 for no frame. */
  closed?: number;
  private readonly news = new EventEmitter();
  private trouble?: Error;

  abstract says(text: string): void;
  /** One message in frames of these texts, with a ping after the first. */
  abstract saysInParts(parts: string[], ping: string): void;
  /** Puts bytes on the line behind the client's back. */
  abstract sends(bytes: Buffer): void;
  abstract leaves(code: number, reason: string): void;
  /** Ends the line without a word. */
  abstract vanishes(): void;

  /** Takes down what happened. */
  protected happens(change: () => void): void {
    change();
    this.news.emit('news');
  }

  protected fails(trouble: Error): void {
    this.happens(() => (this.trouble = trouble));
  }

  async isOpen(): Promise<void> {
    await this.until('an open line', () => this.agreed !== undefined);
  }

  async hears(end: string): Promise<void> {
    await this.until(`"${end.slice(0, 40)}"`, () => this.heard.some((text) => text.endsWith(end)));
  }

  async isAnswered(ping: string): Promise<void> {
    await this.until(`a pong of "${ping}"`, () => this.pongs.includes(ping));
  }

  async isClosed(): Promise<number> {
    await this.until('an end', () => this.closed !== undefined);
    return this.closed!;
  }

  async until(what: string, done: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE);
    while (!done()) {
      if (this.trouble) throw this.trouble;
      await once(this.news, 'news', { signal }).catch(() => {
        throw new Error(`${what} did not come; closed: ${this.closed}, pongs: ${this.pongs}, heard: ${this.heard}`);
      });
    }
  }
}

/** Clients of one make. */
export interface Make {
  connects(url: string, protocols: string[]): Promise<Client>;
  /** Lets go of all that it has. */
  end(): void;
}
