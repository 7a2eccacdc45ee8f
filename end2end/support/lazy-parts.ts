import type { Person } from './person';

/** The code that a page loads after it is live: menus, dialogs and actions. */
const LAZY_PART = '**/pkg/split_later*';

/** Delays the loading of the lazy part until the returned function is called. */
export async function holdsLazyPart(person: Person): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((go) => {
    release = go;
  });
  await person.page.route(LAZY_PART, async (route) => {
    await held;
    await route.continue();
  });
  return () => release();
}

type Refusal = {
  /** Returns the number of refused requests. */
  count: () => number;
  ends: () => Promise<void>;
};

/** Makes all requests for the lazy part fail. */
export async function refusesLazyPart(person: Person): Promise<Refusal> {
  let count = 0;
  await person.page.route(LAZY_PART, (route) => {
    count += 1;
    return route.abort();
  });
  return { count: () => count, ends: () => person.page.unroute(LAZY_PART) };
}
