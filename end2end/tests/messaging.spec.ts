import { expect, test } from '../support/fixtures';

test.beforeEach(async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
});

test('a message appears once for the other person, with the name', async ({ ann, bob }) => {
  await ann.isNamed('Ann');
  await ann.publishes('Hello, Bob');
  await bob.sees('Hello, Bob');
  await bob.isNamed('Bob');
  await bob.publishes('Hello, Ann');
  for (const person of [ann, bob]) {
    await person.seesAll(['Hello, Bob', 'Hello, Ann']);
    await expect(person.message('Hello, Bob')).toContainText('Ann');
    await expect(person.message('Hello, Ann')).toContainText('Bob');
  }
});

test('the button publishes too, and clears and focuses the field', async ({ ann, bob }) => {
  await ann.messageField.fill('By button');
  await ann.writeButton.click();
  await expect(ann.messageField).toHaveValue('');
  await expect(ann.messageField).toBeFocused();
  await bob.sees('By button');
});

test('Enter sends, Shift+Enter makes a line', async ({ ann, bob }) => {
  await ann.messageField.pressSequentially('first');
  await ann.messageField.press('Shift+Enter');
  await ann.messageField.pressSequentially('second');
  await expect(ann.messageField).toHaveValue('first\nsecond');
  await ann.messageField.press('Enter');
  await expect(ann.messageField).toHaveValue('');
  await expect(ann.messageField).toBeFocused();
  await bob.seesAll(['first\nsecond']);
  await expect.poll(() => bob.bodies.first().innerText()).toBe('first\nsecond');
});

test('Enter that ends a composed character does not send', async ({ ann, bob }) => {
  await ann.messageField.fill('にほん');
  await ann.messageField.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(ann.messageField).toHaveValue('にほん');
  await ann.messageField.press('Enter');
  await bob.seesAll(['にほん']);
});

test('a blank message is not sent', async ({ ann, bob }) => {
  await ann.publishes('');
  await ann.publishes('  \n\t ');
  await ann.publishes('Something at last');
  for (const person of [ann, bob]) await person.seesAll(['Something at last']);
});

test('without a name one is John Doe', async ({ ann, bob }) => {
  await ann.isNamed('   ');
  await ann.publishes('Who am I?');
  await expect(bob.message('Who am I?')).toContainText("(I'm John Doe)");
});

test('a new name applies from the next message on', async ({ ann, bob }) => {
  await ann.isNamed('Ann');
  await ann.publishes('one');
  await bob.sees('one');
  await ann.isNamed('Anna');
  await ann.publishes('two');
  await expect(bob.message('two').getByText('Anna', { exact: true })).toBeVisible();
  await expect(bob.message('one').getByText('Ann', { exact: true })).toBeVisible();
});

test('thirty concurrent messages from each have one order, none lost or duplicated', async ({ ann, bob }) => {
  const texts = (name: string) => Array.from({ length: 30 }, (_, index) => `${name} ${index}`);
  await Promise.all(
    [[ann, 'Ann'] as const, [bob, 'Bob'] as const].map(async ([person, name]) => {
      await person.isNamed(name);
      for (const text of texts(name)) await person.publishes(text);
    }),
  );
  for (const person of [ann, bob]) await expect(person.messages).toHaveCount(60);
  const seen = await ann.bodyTexts();
  expect(await bob.bodyTexts()).toEqual(seen);
  expect(seen.filter((text) => text.startsWith('Ann'))).toEqual(texts('Ann'));
  expect(seen.filter((text) => text.startsWith('Bob'))).toEqual(texts('Bob'));
  await ann.page.reload();
  await ann.seesNewest(seen.slice(-30));
});

test('topics are separate', async ({ ann, bob }) => {
  await bob.joins('garden');
  await ann.publishes('in the lobby');
  await bob.publishes('in the garden');
  await ann.seesAll(['in the lobby']);
  await bob.seesAll(['in the garden']);
});

test("a plain client's message is shown and marked as unverified", async ({ ann, bob }) => {
  await bob.page.evaluate(async () => {
    const socket = new WebSocket(`ws://${location.host}/chat?topic=lobby`);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send(`Eve : ${new Date().toISOString()}\nPlainly said`);
  });
  await ann.sees('Plainly said');
  await expect(ann.message('Plainly said')).toContainText('Eve');
  await expect(ann.message('Plainly said')).toContainText('unverified');
});
