import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';

test('pending messages of one burst share a header, and their state is below their text', async ({
  ann,
  consoleGuard,
}) => {
  consoleGuard.tolerates(...NETWORK_GONE);
  await ann.joins('lobby');
  // The buttons of a pending message are in a part that an offline page cannot load.
  await ann.hasAllParts();
  await ann.isNamed('Ann');
  await ann.page.context().setOffline(true);
  await ann.isOffline();
  for (const [index, text] of ['one', 'two'].entries()) {
    await ann.publishes(text);
    const row = ann.pending(text);
    await ann.seesWaiting(text);
    await expect(row.locator('.badge')).toBeVisible({ visible: index === 0 });
    // Screen readers hear the author of each.
    await expect(row.locator('.author')).toHaveText('Ann');
    await expect(row.getByRole('button', { name: 'Edit' })).toBeVisible();
    // The log may still scroll to the row.
    await expect(async () => {
      const [body, state, edit] = await Promise.all(
        [
          row.getByText(text, { exact: true }),
          row.getByText('Will be sent automatically'),
          row.getByRole('button', { name: 'Edit' }),
        ].map(async (part) => (await part.boundingBox())!),
      );
      expect(state!.y).toBeGreaterThanOrEqual(body!.y + body!.height - 1);
      expect(edit!.x).toBeGreaterThan(state!.x + state!.width);
      expect(edit!.y).toBeLessThan(state!.y + state!.height);
    }).toPass();
  }
  await ann.isNamed('Bea');
  await ann.publishes('three');
  await expect(ann.pending('three').locator('.badge')).toHaveText('B');
  // Rows with another name than the present one each show it.
  for (const text of ['one', 'two', 'three']) await expect(ann.pending(text).locator('.badge')).toBeVisible();
});
