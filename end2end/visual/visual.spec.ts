import { NETWORK_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { createsTopic, postsForms } from '../support/history';
import type { Person } from '../support/person';
import { DESCRIPTION, TITLE, TOPIC, talks } from './content';
import { hasRoomyLog, layoutFaults, pictures } from './run';
import type { State } from './state';
import { opens, STATES } from './states';
import { changesTo, DEVICES, type Device, LOCALES, optionsOf, type View } from './views';

/** Looks at a page in several views. Each fault is reported, and does not end the story. */
async function looks(person: Person, state: State, locale: string, device: Device, views: View[]): Promise<void> {
  await expect(person.page.locator('html')).toHaveAttribute('dir', locale === 'ar' ? 'rtl' : 'ltr');
  for (const view of views) {
    await changesTo(person.page, view);
    await pictures(person, state.name, locale, view);
    expect.soft(await layoutFaults(person, view, device), `${state.name}, ${view.name}`).toEqual([]);
    if (state.isRoomy && view.isLow) await hasRoomyLog(person, view, state.name);
  }
}

for (const locale of LOCALES) {
  for (const device of DEVICES) {
    test.describe(`${locale}, ${device.name}`, () => {
      for (const state of STATES) {
        const views = device.views.filter((view) => state.isIn?.(view) ?? true);
        const [first] = views;
        if (!first) continue;

        test(state.name, async ({ server, newcomer, ann, bob, consoleGuard }) => {
          consoleGuard.tolerates(...NETWORK_GONE, /status of 404/);
          await createsTopic(server, TOPIC, TITLE, DESCRIPTION);
          for (const topic of ['pond', 'kitchen-and-everything-that-is-cooked-in-it']) {
            await postsForms(server, topic, ['Roses are red']);
          }
          await talks(ann, bob);
          const storageState = await ann.page.context().storageState();
          await ann.page.close();
          await state.before?.(server);
          const who = state.isStranger ? {} : { storageState };
          const viewer = await newcomer({ ...optionsOf(device, locale, first), ...who });
          await opens(viewer, state);
          await looks(viewer, state, locale, device, views);
        });
      }

      test.describe('with an access secret', () => {
        test.use({ settings: { 'access-secret': 'open sesame' } });

        test('access', async ({ newcomer, consoleGuard }) => {
          consoleGuard.tolerates(/status of 401/);
          const state = { name: 'access' };
          const viewer = await newcomer(optionsOf(device, locale, device.views[0]!));
          await opens(viewer, state);
          await looks(viewer, state, locale, device, device.views);
        });
      });

      test('without a script', async ({ server, newcomer }) => {
        await createsTopic(server, TOPIC, TITLE, DESCRIPTION);
        await postsForms(server, TOPIC, ['Roses are red', 'and violets are blue']);
        const options = optionsOf(device, locale, device.views[0]!);
        const viewer = await newcomer({ ...options, javaScriptEnabled: false });
        await viewer.opens(TOPIC);
        await looks(viewer, { name: 'without-a-script' }, locale, device, device.views);
      });
    });
  }
}
