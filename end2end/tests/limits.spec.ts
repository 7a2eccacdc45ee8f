import { expect, test } from '../support/stage';

test.describe('a server that takes twenty bytes a message', () => {
  test.use({ settings: { 'body-bytes': 20 } });

  test('says so before anything is sent, and the text stays', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    const long = 'This is more than twenty bytes';
    await ann.says(long);
    const problem = ann.page.getByRole('alert');
    await expect(problem).toContainText('too long: at most 20 bytes');
    await expect(problem).toBeInViewport({ ratio: 1 });
    await expect(ann.messageField).toHaveValue(long);
    await expect(ann.messageField).toBeFocused();
    await ann.says('Twenty bytes exactly');
    await expect(problem).toHaveCount(0);
    await ann.says('é'.repeat(11));
    await expect(problem).toBeVisible();
    await ann.says('é'.repeat(10));
    for (const person of [ann, bob]) await person.seesAll(['Twenty bytes exactly', 'é'.repeat(10)]);
  });
});

test.describe('a server that takes one topic', () => {
  test.use({ settings: { 'max-topics': 0 } });

  test('refuses the second, and what was written can be tried again or discarded', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await bob.says('The only topic');
    await bob.sees('The only topic');
    await ann.joins('garden');
    await ann.says('One');
    await ann.says('Two');
    for (const text of ['One', 'Two']) await expect(ann.pending(text).getByRole('alert')).toContainText('Not sent');
    await ann.page.reload();
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await ann.pending('One').getByRole('button', { name: 'Try again' }).click();
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await ann.pending('One').getByRole('button', { name: 'Discard' }).click();
    await ann.seesNot('One');
    await expect(ann.pending('Two')).toHaveCount(1);
    await ann.page.reload();
    await expect(ann.pending('Two').getByRole('alert')).toContainText('Not sent');
    await ann.seesNot('One');
  });
});

test.describe('a server that takes five frames a second', () => {
  test.use({ settings: { 'frames-per-second': 5, 'frame-burst': 5 } });

  test('makes a hurried writer wait, and loses nothing', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    const texts = Array.from({ length: 12 }, (_, index) => `hurry ${index}`);
    for (const text of texts) await ann.says(text);
    for (const person of [ann, bob]) await person.seesAll(texts);
    await expect(ann.page.getByRole('alert')).toHaveCount(0);
  });
});
