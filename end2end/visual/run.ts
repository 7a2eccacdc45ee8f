import { expect } from '@playwright/test';
import type { Person } from '../support/person';
import * as faults from './faults';
import * as geometry from './geometry';
import type { Device, View } from './views';

const PICTURES = 'test-results/visual/pictures';

/** Returns declarations of what a module exports, as source for the page. */
function sources(module: object): string {
  const declare = ([name, it]: [string, unknown]) =>
    typeof it === 'function' ? String(it) : `const ${name} = ${JSON.stringify(it)};`;
  return Object.entries(module).map(declare).join('\n');
}

/** Returns an expression for the page, whose value are the faults. */
export function faultsExpression(view: View, device: Device): string {
  return `(() => {
    const g = (() => {
      ${sources(geometry)}
      return { ${Object.keys(geometry).join(', ')} };
    })();
    ${sources(faults)}
    return [...new Set(layoutFaults(g, ${JSON.stringify(view)}, ${device.isTouch}))];
  })()`;
}

/** Returns what is wrong with the layout of a page that is shown in a view. */
export async function layoutFaults(person: Person, view: View, device: Device): Promise<string[]> {
  return await person.page.evaluate<string[]>(faultsExpression(view, device));
}

/** A topic that is only read gives its log half of a low window. */
export async function hasRoomyLog(person: Person, view: View, state: string): Promise<void> {
  const log = await person.page.locator('.log').boundingBox();
  expect.soft(log?.height, `${state}, ${view.name}: the log's height`).toBeGreaterThanOrEqual(view.height / 2);
}

/** Takes a picture to look at. Paper shows all of the page. */
export async function pictures(person: Person, state: string, locale: string, view: View): Promise<void> {
  const path = `${PICTURES}/${state}/${locale}-${view.name}.png`;
  await person.page.screenshot({ path, fullPage: view.media === 'print', animations: 'disabled', caret: 'hide' });
}
