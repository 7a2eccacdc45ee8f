import { notes, wasSaid } from '../support/history';
import {
  NOT_TAKEN_OVER,
  rewrites,
  translated,
  withABanner,
  withOneExchanged,
  withTheButtonsWord,
  withoutComments,
  withoutMail,
  withoutSpace,
} from '../support/rewriting';
import { expect, test } from '../support/stage';
import { DRAWN_ANEW } from '../support/witness';

const REWRITTEN = {
  'has lost its comments': withoutComments,
  'has lost its white space': withoutSpace,
  'was translated': translated,
  'has the word of a button in a font': withTheButtonsWord,
  'has lost its addresses of mail': withoutMail,
  'has a banner': withABanner,
  'has something in the place of something else': withOneExchanged,
};

for (const [what, rewrite] of Object.entries(REWRITTEN)) {
  test(`a page that ${what} comes alive`, async ({ server, ann, bob, witness }) => {
    witness.tolerates(DRAWN_ANEW, NOT_TAKEN_OVER);
    await wasSaid(server, 'lobby', [...notes(3), 'Write to clio@example.org, or **not**']);
    await rewrites(ann.page, rewrite);
    await ann.joins('lobby');
    await expect(ann.page.locator('body')).not.toContainText('protected');
    await ann.seesAll([...notes(3), 'Write to clio@example.org, or not']);
    await bob.joins('lobby');
    await ann.isNamed('Ann');
    await ann.says('Do you read me?');
    await bob.sees('Do you read me?');
    await bob.says('I do');
    await ann.sees('I do');
    await ann.sees('Do you read me?');
    await ann.reacts('I do', '🎉');
    await bob.seesReaction('I do', '🎉', 1, 'Ann');
    await ann.page.getByRole('button', { name: 'Settings' }).click();
    await expect(ann.page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  });
}

test('a page that cannot be taken over begins again with another instance of the program', async ({ ann, witness }) => {
  witness.tolerates(DRAWN_ANEW, NOT_TAKEN_OVER);
  const again = ann.page.waitForResponse(/\/anew\/pkg\/.*\.wasm$/);
  await rewrites(ann.page, withOneExchanged);
  await ann.joins('lobby');
  expect((await again).status()).toBe(200);
});

test('where that does not come either, the form writes as without a script', async ({ ann, bob, witness }) => {
  witness.tolerates(DRAWN_ANEW, NOT_TAKEN_OVER, /ERR_FAILED/);
  await rewrites(ann.page, withOneExchanged);
  const refused = ann.page.waitForEvent('requestfailed', (request) => request.url().includes('/anew/pkg/'));
  await ann.page.route('**/anew/pkg/**', (route) => route.abort());
  await ann.opens('lobby');
  await refused;
  await bob.joins('lobby');
  for (const text of ['By the form', 'And again']) {
    await ann.messageField.fill(text);
    await ann.writeButton.click();
    await bob.sees(text);
    await ann.sees(text);
  }
});

test('a list of topics that was rewritten comes alive', async ({ server, ann, witness }) => {
  witness.tolerates(DRAWN_ANEW, NOT_TAKEN_OVER);
  await wasSaid(server, 'garden', notes(1));
  for (const rewrite of [translated, withABanner, withoutComments]) {
    await rewrites(ann.page, rewrite);
    await ann.page.goto('/?q=gard');
    await ann.isLive();
    await expect(ann.page.getByRole('link', { name: /garden/ })).toBeVisible();
    await expect(ann.page.getByRole('searchbox')).toHaveValue('gard');
    await ann.page.unrouteAll();
  }
});

test('what was typed into a page that is drawn anew is still there, and the cursor too', async ({ ann, bob, witness }) => {
  witness.tolerates(DRAWN_ANEW, NOT_TAKEN_OVER);
  await bob.joins('lobby');
  for (const [text, rewrite] of [['Typed early', withABanner], ['Typed too early', withOneExchanged]] as const) {
    let awake = () => {};
    const morning = new Promise<void>((resolve) => (awake = resolve));
    await ann.page.route('**/*.wasm', async (route) => {
      await morning;
      await route.continue().catch(() => {});
    });
    await rewrites(ann.page, rewrite);
    await ann.opens('lobby');
    await ann.isNamed('Ann');
    await ann.messageField.fill(text);
    await expect(ann.page.locator('html')).not.toHaveAttribute('data-live');
    awake();
    await ann.isConnected();
    await expect(ann.nameField).toHaveValue('Ann');
    await expect(ann.messageField).toHaveValue(text);
    await expect(ann.messageField).toBeFocused();
    await ann.messageField.press('Enter');
    await bob.sees(text);
    await ann.page.unrouteAll();
  }
});

test('a page that is translated while one reads it goes on', async ({ ann, bob }) => {
  await bob.joins('lobby');
  await bob.says('Hello');
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
  await ann.says('Do you read me?');
  await bob.sees('Do you read me?');
  await bob.says('I do');
  await ann.sees('I do');
  await ann.reacts('Hello', '🎉');
  await bob.seesReaction('Hello', '🎉', 1, 'Ann');
  await bob.deletes('I do');
  await ann.seesTombstones(1);
  await ann.edits('Do you read me?', 'Do you hear me?');
  await bob.sees('Do you hear me?');
});
