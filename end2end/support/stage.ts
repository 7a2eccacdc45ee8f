import { type BrowserContextOptions, expect, test as base } from '@playwright/test';
import { Person } from './person';
import { Server, type Settings } from './server';
import { SCRIPT_NOT_FETCHED, Witness } from './witness';

type Stage = {
  /** Settings of this test's server. */
  settings: Settings;
  server: Server;
  witness: Witness;
  /** Brings somebody in, with a browser context of their own. */
  newcomer: (options?: BrowserContextOptions) => Promise<Person>;
  ann: Person;
  bob: Person;
};

/** Each test has its own server, and its people a browser context each. Whatever a browser complains of fails it. */
export const test = base.extend<Stage>({
  settings: [{}, { option: true }],

  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.close();
  },

  witness: async ({}, use) => {
    await use(new Witness());
  },

  newcomer: async ({ browser, server, witness }, use) => {
    const opened: Person[] = [];
    await use(async (options) => {
      // A service worker answers for the network, and hides it from a test that plays with it.
      const context = await browser.newContext({ baseURL: server.url, serviceWorkers: 'block', ...options });
      witness.watches(context);
      if (options?.javaScriptEnabled === false) witness.tolerates(SCRIPT_NOT_FETCHED);
      const person = new Person(await context.newPage());
      opened.push(person);
      return person;
    });
    expect.soft(witness.complaints(), 'no browser complains').toEqual([]);
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
