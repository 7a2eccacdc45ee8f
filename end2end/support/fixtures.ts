import { type BrowserContextOptions, test as base, expect } from '@playwright/test';
import { ConsoleGuard, SCRIPT_NOT_FETCHED } from './console-guard';
import { Person } from './person';
import { Server, type Settings } from './server';

type Fixtures = {
  /** The settings of the test's server. */
  settings: Settings;
  server: Server;
  consoleGuard: ConsoleGuard;
  /** Creates a person with a new browser context. */
  newcomer: (options?: BrowserContextOptions) => Promise<Person>;
  ann: Person;
  bob: Person;
};

/** Each test has its own server, and each person a browser context. Errors that a browser reports fail the test. */
export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],

  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.close();
  },

  consoleGuard: async ({}, use) => {
    await use(new ConsoleGuard());
  },

  newcomer: async ({ browser, server, consoleGuard }, use) => {
    const opened: Person[] = [];
    await use(async (options) => {
      // A service worker would hide the network from tests that intercept it.
      const context = await browser.newContext({ baseURL: server.url, serviceWorkers: 'block', ...options });
      consoleGuard.watches(context);
      if (options?.javaScriptEnabled === false) consoleGuard.tolerates(SCRIPT_NOT_FETCHED);
      const person = new Person(await context.newPage());
      opened.push(person);
      return person;
    });
    expect.soft(consoleGuard.errors(), 'no browser reports errors').toEqual([]);
    await Promise.all(opened.map((person) => person.page.context().close()));
  },

  ann: async ({ newcomer }, use) => {
    await use(await newcomer());
  },

  bob: async ({ newcomer }, use) => {
    await use(await newcomer());
  },
});

export { expect };
