import { EventEmitter, once } from 'node:events';

/** Longer than any expected step (one is the start of Python), and shorter than the libraries' own close timeouts. */
const TIMEOUT_MS = 20_000;

/** A third-party WebSocket client and a record of its events. */
export abstract class Client {
  readonly received: string[] = [];
  /** The payloads of received pongs. */
  readonly pongs: string[] = [];
  /** The result of the handshake; `undefined` until the connection is open. */
  negotiated?: { protocol: string; extensions: string };
  /** The close code once the server has closed the connection: 1005 without a code, 1006 without a close frame. */
  closed?: number;
  private readonly news = new EventEmitter();
  private error?: Error;

  abstract sendsText(text: string): void;
  /** Sends a message fragmented into these texts, with a ping after the first. */
  abstract sendsFragments(parts: string[], ping: string): void;
  /** Writes bytes to the TCP connection, bypassing the library. */
  abstract sendsRaw(bytes: Buffer): void;
  abstract closes(code: number, reason: string): void;
  /** Closes the TCP connection without a close frame. */
  abstract terminates(): void;

  /** Applies a change to the record and wakes waiters. */
  protected records(change: () => void): void {
    change();
    this.news.emit('news');
  }

  protected fails(error: Error): void {
    this.records(() => (this.error = error));
  }

  async isOpen(): Promise<void> {
    await this.until('an open connection', () => this.negotiated !== undefined);
  }

  async receives(end: string): Promise<void> {
    await this.until(`"${end.slice(0, 40)}"`, () => this.received.some((text) => text.endsWith(end)));
  }

  async isAnswered(ping: string): Promise<void> {
    await this.until(`a pong of "${ping}"`, () => this.pongs.includes(ping));
  }

  async isClosed(): Promise<number> {
    await this.until('an end', () => this.closed !== undefined);
    return this.closed!;
  }

  async until(what: string, done: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    while (!done()) {
      if (this.error) throw this.error;
      await once(this.news, 'news', { signal }).catch(() => {
        throw new Error(
          `${what} did not come; closed: ${this.closed}, pongs: ${this.pongs}, received: ${this.received}`,
        );
      });
    }
  }
}

/** Clients of one library. */
export interface ClientLibrary {
  connects(url: string, protocols: string[]): Promise<Client>;
  /** Terminates all its clients. */
  end(): void;
}
