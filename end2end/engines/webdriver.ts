import { type Engine, KEYS, type Key } from './engine';

/** Opening a browser may take this long on a busy machine. */
const REQUEST_TIMEOUT_MS = 120_000;

/** Sends a command (W3C WebDriver, 6.3) and returns the value of its answer. */
async function command(method: 'GET' | 'POST' | 'DELETE', url: string, parameters?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    body: parameters && JSON.stringify(parameters),
    headers: parameters && { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}

type Outcome = { value?: unknown; error?: string };

/** A browser behind a WebDriver server. */
export class WebDriver implements Engine {
  private constructor(
    private readonly session: string,
    private readonly ends: () => void,
  ) {}

  /** Starts a browser. `ends` ends the server after the browser. */
  static async opens(server: string, capabilities: object, ends: () => void): Promise<WebDriver> {
    const wanted = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = (await command('POST', `${server}/session`, wanted)) as { sessionId: string };
    return new WebDriver(`${server}/session/${sessionId}`, ends);
  }

  static async isReady(server: string): Promise<boolean> {
    return ((await command('GET', `${server}/status`)) as { ready: boolean }).ready;
  }

  async opens(url: string): Promise<void> {
    await this.does('url', { url });
  }

  async reloads(): Promise<void> {
    await this.does('refresh', {});
  }

  async evaluates(expression: string): Promise<unknown> {
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${expression}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = (await this.does('execute/async', { script, args: [] })) as Outcome;
    if (error) throw new Error(error);
    return value;
  }

  async types(ascii: string): Promise<void> {
    for (const character of ascii) await this.strikes(character);
  }

  async presses(key: Key): Promise<void> {
    await this.strikes(KEYS[key]);
  }

  async clicks(x: number, y: number): Promise<void> {
    const moves = { type: 'pointerMove', duration: 0, origin: 'viewport', x: Math.round(x), y: Math.round(y) };
    const [presses, lifts] = ['pointerDown', 'pointerUp'].map((type) => ({ type, button: 0 }));
    const parameters = { pointerType: 'mouse' };
    await this.acts({ type: 'pointer', id: 'mouse', parameters, actions: [moves, presses, lifts] });
  }

  async closes(): Promise<void> {
    await command('DELETE', this.session).catch(() => {});
    this.ends();
  }

  private async strikes(value: string): Promise<void> {
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    await this.acts({ type: 'key', id: 'keyboard', actions });
  }

  private async acts(source: object): Promise<void> {
    await this.does('actions', { actions: [source] });
  }

  private async does(what: string, parameters: object): Promise<unknown> {
    return await command('POST', `${this.session}/${what}`, parameters);
  }
}
