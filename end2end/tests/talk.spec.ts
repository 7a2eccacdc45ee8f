import { expect, test } from '../support/stage';

test.beforeEach(async ({ ann, bob }) => {
  await ann.joins('lobby');
  await bob.joins('lobby');
});

test('what one says the other sees, once, with the name', async ({ ann, bob }) => {
  await ann.isNamed('Ann');
  await ann.says('Hello, Bob');
  await bob.sees('Hello, Bob');
  await bob.isNamed('Bob');
  await bob.says('Hello, Ann');
  for (const person of [ann, bob]) {
    await person.seesAll(['Hello, Bob', 'Hello, Ann']);
    await expect(person.message('Hello, Bob')).toContainText('Ann');
    await expect(person.message('Hello, Ann')).toContainText('Bob');
  }
});

test('the button writes too, and the field is empty and ready again', async ({ ann, bob }) => {
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
  expect(await bob.bodies.first().innerText()).toBe('first\nsecond');
});

test('Enter that ends a composed character does not send', async ({ ann, bob }) => {
  await ann.messageField.fill('にほん');
  await ann.messageField.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(ann.messageField).toHaveValue('にほん');
  await ann.messageField.press('Enter');
  await bob.seesAll(['にほん']);
});

test('a blank message is not sent', async ({ ann, bob }) => {
  await ann.says('');
  await ann.says('  \n\t ');
  await ann.says('Something at last');
  for (const person of [ann, bob]) await person.seesAll(['Something at last']);
});

test('whoever gives no name is John Doe', async ({ ann, bob }) => {
  await ann.isNamed('   ');
  await ann.says('Who am I?');
  await expect(bob.message('Who am I?')).toContainText("(I'm John Doe)");
});

test('a new name holds from the next message on', async ({ ann, bob }) => {
  await ann.isNamed('Ann');
  await ann.says('one');
  await bob.sees('one');
  await ann.isNamed('Anna');
  await ann.says('two');
  await expect(bob.message('two').getByText('Anna', { exact: true })).toBeVisible();
  await expect(bob.message('one').getByText('Ann', { exact: true })).toBeVisible();
});

test('thirty messages from each at once stand in one order, none lost or doubled', async ({ ann, bob }) => {
  const texts = (name: string) => Array.from({ length: 30 }, (_, index) => `${name} ${index}`);
  await Promise.all(
    [[ann, 'Ann'] as const, [bob, 'Bob'] as const].map(async ([person, name]) => {
      await person.isNamed(name);
      for (const text of texts(name)) await person.says(text);
    }),
  );
  for (const person of [ann, bob]) await expect(person.messages).toHaveCount(60);
  const seen = await ann.reads();
  expect(await bob.reads()).toEqual(seen);
  expect(seen.filter((text) => text.startsWith('Ann'))).toEqual(texts('Ann'));
  expect(seen.filter((text) => text.startsWith('Bob'))).toEqual(texts('Bob'));
  await ann.page.reload();
  await ann.seesAll(seen.slice(-30));
});

test('two topics do not hear each other', async ({ ann, bob }) => {
  await bob.joins('garden');
  await ann.says('in the lobby');
  await bob.says('in the garden');
  await ann.seesAll(['in the lobby']);
  await bob.seesAll(['in the garden']);
});

test('a script with the plain dialect is heard, and marked as unverified', async ({ ann, bob }) => {
  await bob.page.evaluate(async () => {
    const socket = new WebSocket(`ws://${location.host}/chat?topic=lobby`);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send(`Eve : ${new Date().toISOString()}\nPlainly said`);
  });
  await ann.sees('Plainly said');
  await expect(ann.message('Plainly said')).toContainText('Eve');
  await expect(ann.message('Plainly said')).toContainText('unverified');
});
