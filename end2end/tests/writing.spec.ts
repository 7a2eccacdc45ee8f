import { expect, test } from '../support/fixtures';

test.beforeEach(async ({ ann, bob }) => {
  for (const [person, name] of [
    [ann, 'Ann'],
    [bob, 'Bob'],
  ] as const) {
    await person.joins('lobby');
    await person.isNamed(name);
  }
});

test.describe('markup', () => {
  test('is rendered, by the server, for everyone', async ({ ann, bob }) => {
    await ann.publishes('Some **strong** and *soft* words, `code`, and https://example.org');
    for (const person of [ann, bob]) {
      const message = person.messages.last();
      await expect(message.locator('strong')).toHaveText('strong');
      await expect(message.locator('em')).toHaveText('soft');
      await expect(message.locator('code')).toHaveText('code');
      await expect(message.getByRole('link', { name: 'https://example.org' })).toHaveAttribute('rel', /noopener/);
    }
  });

  test('is sanitized', async ({ ann, bob }) => {
    await ann.publishes('<img src=x onerror="document.title=1"> [x](javascript:alert(1)) **b**');
    const message = bob.messages.last();
    await expect(message.locator('strong')).toHaveText('b');
    await expect(message.locator('img')).toHaveCount(0);
    await expect(message.locator('a[href^="javascript"]')).toHaveCount(0);
    await expect(bob.page).toHaveTitle('lobby · Chorus');
  });
});

test.describe('a reply', () => {
  test('quotes its message, and links to it', async ({ ann, bob }) => {
    await ann.publishes('Shall we meet?');
    await bob.replies('Shall we meet?', 'Yes');
    const quote = ann.message('Yes').getByRole('link', { name: /Replied to Ann/ });
    await expect(quote).toContainText('Shall we meet?');
    await quote.click();
    await expect(ann.messageAt(1)).toHaveAttribute('data-target', '');
    await expect(ann.page).toHaveURL(/\/t\/lobby\/1/);
  });

  test('quotes the rendered text', async ({ ann, bob }) => {
    await ann.publishes('**Shall** we `meet` [here](https://example.org)?');
    await bob.replies('Shall we meet here?', 'Yes');
    await expect(ann.message('Yes').locator('.quote .said')).toHaveText('Shall we meet here?');
  });

  test('updates its quote after an edit or deletion', async ({ ann, bob }) => {
    await ann.publishes('Helo');
    await bob.replies('Helo', 'Hi');
    await ann.sees('Hi');
    await ann.edits('Helo', 'Hello');
    await expect(bob.message('Hi').locator('.quote')).toContainText('Hello');
    await ann.deletes('Hello');
    await expect(bob.message('Hi').locator('.quote')).toContainText('This message was deleted.');
  });

  test('can be cancelled', async ({ ann, bob }) => {
    await ann.publishes('Hello');
    const menu = await bob.opensMenu('Hello');
    await menu.getByRole('menuitem', { name: 'Reply' }).click();
    await expect(bob.page.getByText('Replying to Ann')).toBeVisible();
    await bob.messageField.press('Escape');
    await expect(bob.page.getByText('Replying to Ann')).toHaveCount(0);
    await bob.publishes('no answer');
    await ann.sees('no answer');
    await expect(ann.message('no answer').locator('.quote')).toHaveCount(0);
  });
});

test.describe('while typing', () => {
  test('names are suggested after an at sign, and chosen by key', async ({ ann, bob }) => {
    await ann.publishes('I am Ann');
    await bob.sees('I am Ann');
    await bob.messageField.pressSequentially('Hello @an');
    await expect(bob.offers).toHaveText(['Ann']);
    await bob.messageField.press('Enter');
    await expect(bob.messageField).toHaveValue('Hello @Ann ');
    await bob.messageField.pressSequentially('how are you');
    await bob.messageField.press('Enter');
    const mention = ann.messages.last().locator('.mention');
    await expect(mention).toHaveText('@Ann');
    await expect(ann.messages.last()).toHaveAttribute('data-mentioned', '');
  });

  test('emoji are suggested by name, and chosen by key or mouse', async ({ ann }) => {
    await ann.messageField.pressSequentially('Well done :thumbs');
    await expect(ann.offers).toHaveCount(2);
    await ann.messageField.press('ArrowDown');
    await expect(ann.offers.nth(1)).toHaveAttribute('aria-selected', 'true');
    await ann.offers.first().click();
    await expect(ann.messageField).toHaveValue('Well done 👍 ');
    await expect(ann.messageField).toBeFocused();
    await ann.messageField.pressSequentially(':ta');
    await expect(ann.offers).not.toHaveCount(0);
    await ann.messageField.press('Escape');
    await expect(ann.offers).toHaveCount(0);
    await expect(ann.messageField).toHaveValue('Well done 👍 :ta');
  });

  test('others see a typing notice until it is sent', async ({ ann, bob }) => {
    await ann.messageField.pressSequentially('Hel');
    await expect(bob.page.getByText('Ann is typing…')).toBeVisible();
    await ann.publishes('Hello');
    await bob.sees('Hello');
    await expect(bob.page.getByText('Ann is typing…')).toHaveCount(0);
    await expect(ann.page.getByText('is writing')).toHaveCount(0);
  });
});

test.describe('the log', () => {
  test('groups consecutive messages under one head', async ({ ann, bob }) => {
    for (const text of ['one', 'two']) await ann.publishes(text);
    await bob.sees('two');
    await bob.publishes('three');
    await ann.sees('three');
    await expect(ann.message('two')).toHaveAttribute('data-goes-on', '');
    await expect(ann.message('one')).not.toHaveAttribute('data-goes-on');
    await expect(ann.message('three')).not.toHaveAttribute('data-goes-on');
    await expect(ann.log.getByText('Today', { exact: true })).toHaveCount(1);
  });

  test('folds long messages', async ({ ann }) => {
    const long = Array.from({ length: 60 }, (_, n) => `line ${n}`).join('\n');
    await ann.messageField.fill(long);
    await ann.writeButton.click();
    const message = ann.messages.last();
    const height = async (): Promise<number> => (await message.boundingBox())?.height ?? 0;
    await expect(message.locator('[data-folded]')).toBeVisible();
    await expect.poll(height).toBeLessThan(450);
    await message.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(height).toBeGreaterThan(1000);
  });

  test('any emoji can be found for a reaction', async ({ ann, bob }) => {
    await bob.publishes('Hello');
    const menu = await ann.opensMenu('Hello');
    await menu.getByRole('button', { name: 'More emoji' }).click();
    await menu.getByRole('searchbox', { name: 'Find an emoji' }).fill('rocket');
    await menu.getByRole('button', { name: 'React with 🚀' }).click();
    await bob.seesReaction('Hello', '🚀', 1, 'Ann');
  });

  test('Enter takes the first emoji that is found', async ({ ann, bob }) => {
    await bob.publishes('Hello');
    const menu = await ann.opensMenu('Hello');
    await menu.getByRole('button', { name: 'More emoji' }).click();
    await expect(menu.getByRole('searchbox')).toBeFocused();
    // There is nothing to take yet.
    await ann.page.keyboard.press('Enter');
    await ann.page.keyboard.type('pizz');
    await ann.page.keyboard.press('Enter');
    await expect(menu).toHaveCount(0);
    await bob.seesReaction('Hello', '🍕', 1, 'Ann');
  });

  test('emoji are in groups, to which a row of buttons leads, and the recent ones come first', async ({ ann, bob }) => {
    await bob.publishes('Hello');
    const menu = await ann.opensMenu('Hello');
    await menu.getByRole('button', { name: 'More emoji' }).click();
    const recent = menu.getByRole('group', { name: 'Recent' });
    const symbols = menu.getByRole('group', { name: 'Symbols' });
    await expect(recent).toHaveCount(0);
    await menu.getByRole('button', { name: 'Symbols' }).click();
    const heart = symbols.getByRole('button', { name: 'React with ❤️' });
    await expect(heart).toBeInViewport();
    await expect(heart).toBeFocused();
    await symbols.getByRole('button', { name: 'React with 💙' }).click();
    await bob.seesReaction('Hello', '💙', 1, 'Ann');

    await ann.page.reload();
    await ann.isConnected();
    const again = await ann.opensMenu('Hello');
    await again.getByRole('button', { name: 'More emoji' }).click();
    await expect(recent.getByRole('button')).toHaveCount(1);
    await expect(recent.getByRole('button', { name: 'React with 💙' })).toBeInViewport();
    // A button of the row also ends a search.
    await again.getByRole('searchbox').fill('rocket');
    await expect(symbols).toHaveCount(0);
    await again.getByRole('button', { name: 'Food and drink' }).click();
    await expect(again.getByRole('searchbox')).toHaveValue('');
    await expect(menu.getByRole('group', { name: 'Food and drink' })).toBeInViewport();
  });
});

test('the list of people opens on request', async ({ ann, bob }) => {
  await bob.publishes('hi');
  await ann.sees('hi');
  await ann.page.getByRole('button', { name: '2 people here' }).click();
  const people = ann.page.getByRole('region', { name: 'People here' }).getByRole('listitem');
  await expect(people).toHaveText([/Ann$/, /Bob$/]);
  await ann.page.keyboard.press('Escape');
  await expect(people).toHaveCount(0);
});

test.describe('unsent text', () => {
  test('survives a change of language and a reload, per topic', async ({ ann }) => {
    await ann.joins('garden');
    await ann.messageField.fill('about roses');
    await ann.joins('lobby');
    await ann.messageField.fill('half a\nthought');
    await ann.choosesFromTopicMenu('Settings');
    await ann.page.getByRole('button', { name: 'Deutsch' }).click();
    await expect(ann.page.locator('html')).toHaveAttribute('lang', 'de');
    await ann.isLive();
    const field = ann.page.getByRole('textbox', { name: 'Nachricht', exact: true });
    await expect(field).toHaveValue('half a\nthought');
    await ann.page.reload();
    await ann.isLive();
    await expect(field).toHaveValue('half a\nthought');
    await ann.opens('garden');
    await expect(field).toHaveValue('about roses');
  });

  test('is cleared once sent, and stays private', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.publishes('sent');
    await ann.sees('sent');
    await ann.page.reload();
    await ann.isConnected();
    await expect(ann.messageField).toHaveValue('');
    await ann.messageField.fill('only here');
    const other = await ann.opensTab();
    await other.joins('lobby');
    await expect(other.messageField).toHaveValue('');
  });

  test('survives a browser crash', async ({ ann }) => {
    await ann.joins('lobby');
    await ann.messageField.fill('kept as one types');
    expect(await ann.page.evaluate(() => Object.values(sessionStorage))).toEqual(['kept as one types']);
  });
});
