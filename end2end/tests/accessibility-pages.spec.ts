import { isAccessible, SCREENS, violations } from '../support/axe';
import { SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';

const NO_SCRIPT = /(failed request|console).*(\.js|ERR_FAILED)/;

// Each analysis by axe takes seconds, and ten times as long beside another build.
test.describe.configure({ timeout: 240_000 });

for (const { screen, options } of SCREENS) {
  test.describe(screen, () => {
    test('the directory', async ({ server, newcomer, consoleGuard }) => {
      consoleGuard.tolerates(/status of 422/);
      const ann = await newcomer(options);
      const opens = async (path: string, state: string) => {
        await ann.page.goto(path);
        await ann.isLive();
        await isAccessible(ann, state);
      };
      await opens('/', 'nobody was here yet');
      for (const topic of ['garden', 'kitchen']) await postsForms(server, topic, ['Roses']);
      await opens('/', 'some topics');
      await opens('/?q=gard', 'a topic found');
      await opens('/?q=nothing', 'nothing found');
      await ann.page.goto('/');
      await ann.isLive();
      await ann.page.getByText('New topic').click();
      await ann.page.getByRole('textbox', { name: 'Title' }).fill('Garden');
      await isAccessible(ann, 'a new topic');
      await ann.page.getByRole('button', { name: 'Create topic' }).click();
      await expect(ann.page.getByRole('alert')).toBeVisible();
      await ann.isLive();
      await isAccessible(ann, 'a new topic refused');
      for (let n = 0; n < 60; n += 1) await postsForms(server, `topic-${n}`, ['Roses']);
      await opens('/', 'many topics');
    });

    test('the search', async ({ server, newcomer, consoleGuard }) => {
      consoleGuard.tolerates(/status of 422/);
      await postsForms(server, 'garden', notes(60));
      const ann = await newcomer(options);
      for (const [path, state] of [
        ['/search', 'nothing asked'],
        ['/search?q=note', 'found, more than a page'],
        ['/search?q=note&topic=garden', 'found in a topic'],
        ['/search?q=tulips', 'nothing found'],
        ['/search?q=before:never', 'not understood'],
      ] as const) {
        await ann.page.goto(path);
        await ann.isLive();
        await isAccessible(ann, state);
      }
    });

    test('missing pages and rejected forms', async ({ server, newcomer, consoleGuard }) => {
      consoleGuard.tolerates(/status of 4(04|22)/, NO_SCRIPT);
      const ann = await newcomer(options);
      for (const path of ['/nowhere', '/t/no%20topic']) {
        const answer = await ann.page.goto(path);
        expect(answer?.status()).toBe(404);
        await ann.isLive();
        await isAccessible(ann, path);
      }
      await postsForms(server, 'lobby', notes(70));
      await ann.page.route('**/*.js', (route) => route.abort());
      for (const path of ['/', '/search?q=note', '/t/lobby', '/t/lobby?before=50']) {
        await ann.page.goto(path);
        await isAccessible(ann, `${path} without a script`);
      }
      await ann.messageField.fill('long '.repeat(4_000));
      await ann.writeButton.click();
      await expect(ann.page.getByRole('heading')).toHaveText('Your message was not sent');
      await isAccessible(ann, 'not sent');
    });

    test('offline', async ({ server, newcomer, consoleGuard }) => {
      consoleGuard.tolerates(...SERVER_GONE, /503/);
      const ann = await newcomer({ ...options, serviceWorkers: 'allow' });
      await ann.joins('lobby');
      await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => caches.open('chorus.pages')));
      await ann.joins('lobby');
      await expect
        .poll(() => ann.page.evaluate(async () => (await (await caches.open('chorus.pages')).keys()).length))
        .toBe(1);
      await server.kill();
      await ann.opens('garden');
      await expect(ann.page.getByRole('link', { name: '# lobby' })).toBeVisible();
      await isAccessible(ann, 'a page that was not kept');
    });

    test.describe('with an access secret', () => {
      test.use({ settings: { 'access-secret': 'open sesame' } });

      test('the access form', async ({ newcomer, consoleGuard }) => {
        consoleGuard.tolerates(/status of 401/);
        const ann = await newcomer(options);
        await ann.opens('lobby');
        await ann.isLive();
        await isAccessible(ann, 'the access form');
        await ann.page.getByLabel('Access code').fill('close sesame');
        await ann.page.getByRole('button', { name: 'Sign in' }).click();
        await expect(ann.page.getByRole('alert')).toBeVisible();
        await ann.isLive();
        await isAccessible(ann, 'a wrong secret');
      });
    });

    test('from right to left', async ({ server, newcomer, bob }) => {
      await postsForms(server, 'garden', ['مرحبا @Bob', 'and more']);
      const ann = await newcomer({ ...options, locale: 'ar' });
      for (const path of ['/', '/search?q=more', '/t/garden']) {
        await ann.page.goto(path);
        await ann.isLive();
        await expect(ann.page.locator('html')).toHaveAttribute('dir', 'rtl');
        await isAccessible(ann, path);
      }
      await bob.joins('garden');
      await bob.publishes('> a quote\n\n- a list\n- of two');
      await expect(ann.messages).toHaveCount(3);
      await ann.page.getByRole('button', { name: 'خيارات أخرى', exact: true }).click();
      await ann.page.getByRole('menuitem', { name: 'الإعدادات' }).click();
      await expect(ann.page.getByRole('dialog')).toBeVisible();
      await isAccessible(ann, 'the settings');
    });
  });
}

test('violations are found', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(/status of 404/);
  await ann.page.goto('/nowhere');
  // Earlier changes of the markup would break hydration, and the page would be rendered again.
  await ann.isLive();
  await ann.page.locator('main').evaluate((main) => {
    main.innerHTML += `<p id="faint">faint</p><button id="nameless"></button>
      <p><button class="tiny" id="first">1</button><button class="tiny">2</button></p>`;
    const style = (of: string, css: string) =>
      main.querySelectorAll<HTMLElement>(of).forEach((it) => (it.style.cssText = css));
    style('#faint', 'color: #bbb; background: #fff');
    style('.tiny', 'inline-size: 12px; block-size: 12px; min-block-size: 0; padding: 0; overflow: hidden');
  });
  const rules = (await violations(ann)).map((violation) => violation.split(':')[0]);
  expect(rules).toEqual(expect.arrayContaining(['button-name', 'color-contrast', 'target-size']));
});
