import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Engine, type EngineKind, inPath, type Key } from './engine';

/** The part of puppeteer-core in use. `make engines` installs it outside of the repository. */
type Page = {
  goto(url: string, until: { waitUntil: 'domcontentloaded' }): Promise<unknown>;
  reload(until: { waitUntil: 'domcontentloaded' }): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  keyboard: { type(text: string): Promise<void>; press(key: Key): Promise<void> };
  mouse: { click(x: number, y: number): Promise<void> };
};
type Browser = { newPage(): Promise<Page>; close(): Promise<void> };
type Launch = {
  browser: 'firefox';
  executablePath?: string;
  headless: boolean;
  defaultViewport: { width: number; height: number };
  extraPrefsFirefox: Record<string, unknown>;
};
type Puppeteer = { launch(options: Launch): Promise<Browser> };

const LOADED = { waitUntil: 'domcontentloaded' } as const;

class Firefox implements Engine {
  constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  async opens(url: string): Promise<void> {
    await this.page.goto(url, LOADED);
  }

  async reloads(): Promise<void> {
    await this.page.reload(LOADED);
  }

  async evaluates(expression: string): Promise<unknown> {
    return await this.page.evaluate(expression);
  }

  async types(ascii: string): Promise<void> {
    await this.page.keyboard.type(ascii);
  }

  async presses(key: Key): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async clicks(x: number, y: number): Promise<void> {
    await this.page.mouse.click(x, y);
  }

  async closes(): Promise<void> {
    await this.browser.close();
  }
}

const program = () => process.env.FIREFOX || inPath('firefox-esr') || inPath('firefox');

/** Loads puppeteer-core from the folder that PUPPETEER names. */
function puppeteer(): Puppeteer | undefined {
  const folder = process.env.PUPPETEER;
  if (!folder) return undefined;
  try {
    return createRequire(join(folder, 'here.js'))('puppeteer-core') as Puppeteer;
  } catch {
    return undefined;
  }
}

/** Firefox as distributions build it, over WebDriver BiDi: Playwright's own Firefox is a patched build. */
export const FIREFOX: EngineKind = {
  name: 'Firefox',

  missing() {
    if (!program()) return 'there is no Firefox (Debian: firefox-esr)';
    return puppeteer() ? undefined : 'PUPPETEER names no folder with puppeteer-core (`make engines` installs it)';
  },

  async starts() {
    const browser = await puppeteer()!.launch({
      browser: 'firefox',
      executablePath: program(),
      headless: true,
      defaultViewport: { width: 1280, height: 800 },
      extraPrefsFirefox: {
        // Its own background traffic, which is slow where there is no network.
        'app.update.enabled': false,
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      },
    });
    return new Firefox(browser, await browser.newPage());
  },
};
