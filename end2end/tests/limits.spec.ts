import { expect, test } from '../support/fixtures';

test.describe('a server limited to twenty bytes per message', () => {
  test.use({ settings: { 'body-bytes': 20 } });

  test('shows the limit before sending, and keeps the text', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    const long = 'This is more than twenty bytes';
    await ann.publishes(long);
    const problem = ann.page.getByRole('alert');
    await expect(problem).toHaveText('Too long by 10 characters. Shorten it and try again.');
    await expect(problem).toBeInViewport({ ratio: 1 });
    await expect(ann.messageField).toHaveValue(long);
    await expect(ann.messageField).toBeFocused();
    await ann.publishes('Twenty bytes exactly');
    await expect(problem).toHaveCount(0);
    await ann.publishes('é'.repeat(11));
    await expect(problem).toHaveText('Too long by 1 character. Shorten it and try again.');
    await ann.publishes('é'.repeat(10));
    for (const person of [ann, bob]) await person.seesAll(['Twenty bytes exactly', 'é'.repeat(10)]);
  });
});

test.describe('a server limited to one topic', () => {
  test.use({ settings: { 'max-topics': 0 } });

  test('rejects the second, and the message can be retried or deleted', async ({ ann, bob }) => {
    await bob.joins('lobby');
    await bob.publishes('The only topic');
    await bob.sees('The only topic');
    await ann.joins('garden');
    await ann.publishes('One');
    await ann.publishes('Two');
    for (const text of ['One', 'Two']) await expect(ann.pending(text).getByRole('alert')).toContainText('Not sent');
    await ann.page.reload();
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await ann.pending('One').getByRole('button', { name: 'Try again' }).click();
    await expect(ann.pending('One').getByRole('alert')).toContainText('Not sent');
    await ann.pending('One').getByRole('button', { name: 'Delete' }).click();
    await ann.seesNot('One');
    await expect(ann.pending('Two')).toHaveCount(1);
    await ann.page.reload();
    await expect(ann.pending('Two').getByRole('alert')).toContainText('Not sent');
    await ann.seesNot('One');
  });
});

test.describe('a server limited to five frames per second', () => {
  test.use({ settings: { 'frames-per-second': 5, 'frame-burst': 5 } });

  test('delays a fast writer, and loses nothing', async ({ ann, bob }) => {
    await ann.joins('lobby');
    await bob.joins('lobby');
    const texts = Array.from({ length: 12 }, (_, index) => `hurry ${index}`);
    for (const text of texts) await ann.publishes(text);
    // Each message has a time of its own: the server delays all of them.
    for (const text of texts) await bob.sees(text);
    for (const person of [ann, bob]) await person.seesAll(texts);
    await expect(ann.page.getByRole('alert')).toHaveCount(0);
  });
});
