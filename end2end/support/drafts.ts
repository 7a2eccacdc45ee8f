import type { Page } from '@playwright/test';

export type StoredDraft = { body: string; tried: boolean; refused: string | null };

/** Returns the drafts in the browser's database, in the order of their creation. `base` is the path of a chat below one. */
export async function storedDrafts(page: Page, base = ''): Promise<StoredDraft[]> {
  const records = await page.evaluate(
    (name) =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('draft').objectStore('draft').getAll();
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => resolve(reading.result);
          opening.result.close();
        };
      }),
    `${base}chorus`,
  );
  const drafts = records.map((record) => JSON.parse(record) as StoredDraft & { place: number });
  return drafts.sort((a, b) => a.place - b.place);
}

export async function storedBodies(page: Page, base = ''): Promise<string[]> {
  return (await storedDrafts(page, base)).map((draft) => draft.body);
}

/** Returns the bodies in the journal (local storage) of drafts that the browser's database does not have yet. */
export async function journaledBodies(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith('chorus.written.'));
    return keys.map((key) => JSON.parse(localStorage.getItem(key)!).body);
  });
}

/** Blocks all other writes to the drafts until the returned function is called. */
export async function locksDrafts(page: Page): Promise<() => Promise<void>> {
  const lock = await page.evaluateHandle(
    () =>
      new Promise<{ isReleased: boolean }>((resolve, reject) => {
        const opening = indexedDB.open('chorus');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const lock = { isReleased: false };
          const store = opening.result.transaction('draft', 'readwrite').objectStore('draft');
          // A transaction stays open as long as it has requests.
          const ask = () => {
            resolve(lock);
            if (!lock.isReleased) store.count().onsuccess = ask;
          };
          store.count().onsuccess = ask;
          opening.result.close();
        };
      }),
  );
  return () => lock.evaluate((lock) => void (lock.isReleased = true));
}
