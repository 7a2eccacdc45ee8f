import type { Page } from '@playwright/test';

export type Kept = { body: string; tried: boolean; refused: string | null };

/** What the browser keeps of drafts, in the order they were written. Asked of a page of this browser. */
export async function kept(page: Page): Promise<Kept[]> {
  const records = await page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('chorus');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('draft').objectStore('draft').getAll();
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => resolve(reading.result);
          opening.result.close();
        };
      }),
  );
  const drafts = records.map((record) => JSON.parse(record) as Kept & { place: number });
  return drafts.sort((a, b) => a.place - b.place);
}

export async function keptBodies(page: Page): Promise<string[]> {
  return (await kept(page)).map((draft) => draft.body);
}

/** The texts in the journal of drafts that the browser's database does not have yet. */
export async function written(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith('chorus.written.'));
    return keys.map((key) => JSON.parse(localStorage.getItem(key)!).body);
  });
}

/** Keeps everybody else from changing drafts, until what it answers is called. */
export async function holds(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(
    () =>
      new Promise<{ letGo: boolean }>((resolve, reject) => {
        const opening = indexedDB.open('chorus');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const held = { letGo: false };
          const store = opening.result.transaction('draft', 'readwrite').objectStore('draft');
          // A transaction lasts as long as something is asked of it.
          const ask = () => {
            resolve(held);
            if (!held.letGo) store.count().onsuccess = ask;
          };
          store.count().onsuccess = ask;
          opening.result.close();
        };
      }),
  );
  return () => held.evaluate((held) => void (held.letGo = true));
}
