import type { BrowserContext } from '@playwright/test';

/** What the page says when its markup is not as the server wrote it. */
export const DRAWN_ANEW = /markup was changed on its way/;

/** Takes down everything that a browser complains about. */
export class Witness {
  private readonly heard: string[] = [];
  private readonly tolerated: RegExp[] = [];

  watches(context: BrowserContext): void {
    context.on('console', (message) => {
      const hydration = message.type() === 'warning' && /hydrat/i.test(message.text());
      if (message.type() === 'error' || hydration || DRAWN_ANEW.test(message.text())) this.heard.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.heard.push(`page error: ${error.error()}`));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // Whoever goes to another page cuts short what was under way.
      if (why !== 'net::ERR_ABORTED') this.heard.push(`failed request: ${request.url()} ${why}`);
    });
  }

  /** A test says what it expects to go wrong. */
  tolerates(...complaints: RegExp[]): void {
    this.tolerated.push(...complaints);
  }

  complaints(): string[] {
    return this.heard.filter((complaint) => !this.tolerated.some((pattern) => pattern.test(complaint)));
  }
}

/** What the loader of the page's parts says when one did not come: the page asks for it again once it is connected. */
const PART_NOT_FETCHED = /TypeError: Failed to fetch/;
/** What a browser says of a server that is not there. */
export const SERVER_GONE = [
  /WebSocket connection to/,
  /net::ERR_(CONNECTION_|EMPTY_RESPONSE)/,
  PART_NOT_FETCHED,
];
/** What a browser says of a network that is not there. */
export const NETWORK_GONE = [
  /WebSocket connection to/,
  /net::ERR_INTERNET_DISCONNECTED/,
  PART_NOT_FETCHED,
];
/** What a browser without scripts says of a script that it leaves out. */
export const SCRIPT_NOT_FETCHED = /failed request: .*\.js csp$/;
