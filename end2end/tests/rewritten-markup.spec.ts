import { RENDERED_AGAIN } from '../support/console-guard';
import { expect, test } from '../support/fixtures';
import { notes, postsForms } from '../support/history';
import {
  HYDRATION_FAILED,
  rewrites,
  translated,
  withBanner,
  withoutComments,
  withoutMail,
  withoutSpace,
  withReplacedNode,
  withTranslatedButton,
} from '../support/rewritten-markup';

const REWRITTEN = {
  'has lost its comments': withoutComments,
  'has lost its white space': withoutSpace,
  'was translated': translated,
  'has the word of a button in a font': withTranslatedButton,
  'has lost its addresses of mail': withoutMail,
  'has a banner': withBanner,
  'has something in the place of something else': withReplacedNode,
};

for (const [what, rewrite] of Object.entries(REWRITTEN)) {
  test(`a page that ${what} comes alive`, async ({ server, ann, bob, consoleGuard }) => {
    consoleGuard.tolerates(RENDERED_AGAIN, HYDRATION_FAILED);
    await postsForms(server, 'lobby', [...notes(3), 'Write to clio@example.org, or **not**']);
    await rewrites(ann.page, rewrite);
    await ann.joins('lobby');
    await expect(ann.page.locator('body')).not.toContainText('protected');
    await ann.seesAll([...notes(3), 'Write to clio@example.org, or not']);
    await bob.joins('lobby');
    await ann.isNamed('Ann');
    await ann.publishes('Do you read me?');
    await bob.sees('Do you read me?');
    await bob.publishes('I do');
    await ann.sees('I do');
    await ann.sees('Do you read me?');
    await ann.reacts('I do', '🎉');
    await bob.seesReaction('I do', '🎉', 1, 'Ann');
    await ann.choosesFromTopicMenu('Settings');
    await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  });
}

test('a page that cannot be hydrated is rendered again by a new instance', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(RENDERED_AGAIN, HYDRATION_FAILED);
  const again = ann.page.waitForResponse(/\/anew\/pkg\/.*\.wasm$/);
  await rewrites(ann.page, withReplacedNode);
  await ann.joins('lobby');
  expect((await again).status()).toBe(200);
});

test('if that fails too, the form works as without a script', async ({ ann, bob, consoleGuard }) => {
  consoleGuard.tolerates(RENDERED_AGAIN, HYDRATION_FAILED, /ERR_FAILED/);
  await rewrites(ann.page, withReplacedNode);
  await ann.page.route('**/anew/pkg/**', (route) => route.abort());
  await bob.joins('lobby');
  for (const text of ['By the form', 'And again']) {
    const refused = ann.page.waitForEvent('requestfailed', (request) => request.url().includes('/anew/pkg/'));
    // The page that the form leads to is not rewritten: a test cannot intercept a redirected request.
    await ann.opens('lobby');
    await refused;
    await ann.messageField.fill(text);
    await ann.writeButton.click();
    await bob.sees(text);
    await ann.sees(text);
  }
});

test('a rewritten list of topics hydrates', async ({ server, ann, consoleGuard }) => {
  consoleGuard.tolerates(RENDERED_AGAIN, HYDRATION_FAILED);
  await postsForms(server, 'garden', notes(1));
  for (const rewrite of [translated, withBanner, withoutComments]) {
    await rewrites(ann.page, rewrite);
    await ann.page.goto('/?q=gard');
    await ann.isLive();
    await expect(ann.page.getByRole('link', { name: /garden/ })).toBeVisible();
    await expect(ann.page.getByRole('searchbox')).toHaveValue('gard');
    await ann.page.unrouteAll({ behavior: 'wait' });
  }
});

test('text and cursor survive rendering the page again', async ({ newcomer, bob, consoleGuard }) => {
  consoleGuard.tolerates(RENDERED_AGAIN, HYDRATION_FAILED);
  await bob.joins('lobby');
  for (const [text, rewrite] of [
    ['Typed early', withBanner],
    ['Typed too early', withReplacedNode],
  ] as const) {
    // A stranger each time: who has a name does not type one.
    const ann = await newcomer();
    let releases = () => {};
    const released = new Promise<void>((resolve) => (releases = resolve));
    await ann.page.route('**/*.wasm', async (route) => {
      await released;
      await route.continue().catch(() => {});
    });
    await rewrites(ann.page, rewrite);
    await ann.opens('lobby');
    await ann.typesName('Ann');
    await ann.messageField.fill(text);
    await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
    releases();
    await ann.isConnected();
    await expect(ann.nameField).toHaveValue('Ann');
    await expect(ann.messageField).toHaveValue(text);
    await expect(ann.messageField).toBeFocused();
    await ann.messageField.press('Enter');
    await bob.sees(text);
    await ann.page.unrouteAll({ behavior: 'wait' });
  }
});

test('a page translated while open keeps working', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await bob.publishes('Hello');
  await ann.joins('lobby');
  await ann.isNamed('Ann');
  await ann.sees('Hello');
  await ann.page.evaluate(() => {
    const texts: Node[] = [];
    const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (all.nextNode()) if (!all.currentNode.parentElement?.closest('script, textarea')) texts.push(all.currentNode);
    for (const text of texts) {
      const font = document.createElement('font');
      text.parentNode!.replaceChild(font, text);
      font.append(text.textContent!);
    }
  });
  await ann.publishes('Do you read me?');
  await bob.sees('Do you read me?');
  await bob.publishes('I do');
  await ann.sees('I do');
  await bob.sees('I do');
  await ann.reacts('Hello', '🎉');
  await bob.seesReaction('Hello', '🎉', 1, 'Ann');
  await bob.deletes('I do');
  await ann.seesTombstones(1);
  await ann.edits('Do you read me?', 'Do you hear me?');
  await bob.sees('Do you hear me?');
});
