import type { BrowserContext } from '@playwright/test';

/** The page's warning that its markup was rewritten, so that it was rendered again. */
export const RENDERED_AGAIN = /markup was changed on its way/;

/** Records console errors, hydration warnings, uncaught exceptions and failed requests. */
export class ConsoleGuard {
  private readonly recorded: string[] = [];
  private readonly tolerated: RegExp[] = [];

  watches(context: BrowserContext): void {
    context.on('console', (message) => {
      const hydration = message.type() === 'warning' && /hydrat/i.test(message.text());
      if (message.type() === 'error' || hydration || RENDERED_AGAIN.test(message.text()))
        this.recorded.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.recorded.push(`page error: ${error.error()}`));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // Navigating to another page aborts pending requests.
      if (why !== 'net::ERR_ABORTED') this.recorded.push(`failed request: ${request.url()} ${why}`);
    });
  }

  /** Ignores errors that a test expects. */
  tolerates(...complaints: RegExp[]): void {
    this.tolerated.push(...complaints);
  }

  errors(): string[] {
    return this.recorded.filter((complaint) => !this.tolerated.some((pattern) => pattern.test(complaint)));
  }
}

/** The error of a lazy part that failed to load. The page requests it again once it is connected. */
const LAZY_PART_FAILED = /TypeError: Failed to fetch/;
/** Errors while the server is down. */
export const SERVER_GONE = [/WebSocket connection to/, /net::ERR_(CONNECTION_|EMPTY_RESPONSE)/, LAZY_PART_FAILED];
/** Errors while the browser is offline. */
export const NETWORK_GONE = [/WebSocket connection to/, /net::ERR_INTERNET_DISCONNECTED/, LAZY_PART_FAILED];
/** The failed request of a script in a browser with scripts disabled. */
export const SCRIPT_NOT_FETCHED = /failed request: .*\.js csp$/;
