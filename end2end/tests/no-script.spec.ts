import { expect, test } from '../support/fixtures';
import { createsTopic, notes, postsForms } from '../support/history';
import type { Person } from '../support/person';

const draftOf = (person: Person) => person.page.locator('input[name=draft]').inputValue();

/** Submits a topic's form again, as a double click or a restored page does. */
async function posts(person: Person, draft: string, message: string, name = ''): Promise<number> {
  const form = { draft, name, message };
  const answer = await person.page.request.post('/t/lobby', { form, maxRedirects: 0 });
  return answer.status();
}

test.describe('without JavaScript', () => {
  let cleo: Person;
  test.beforeEach(async ({ newcomer }) => {
    cleo = await newcomer({ javaScriptEnabled: false, viewport: { width: 800, height: 600 } });
  });

  test('the newest messages are readable, and the newest is in view', async ({ server }) => {
    await postsForms(server, 'lobby', notes(40));
    await cleo.opens('lobby');
    await cleo.seesAll(notes(40).slice(10));
    await expect(cleo.message('note 40')).toBeInViewport({ ratio: 1 });
    const [row, window] = [await cleo.message('note 40').boundingBox(), cleo.page.viewportSize()];
    expect(row!.y).toBeGreaterThan(0);
    expect(row!.y + row!.height).toBeLessThanOrEqual(window!.height);
    await expect(async () => {
      await cleo.scroller.hover();
      await cleo.page.mouse.wheel(0, -20_000);
      await expect(cleo.message('note 11')).toBeInViewport({ ratio: 1, timeout: 1_000 });
    }).toPass();
  });

  test('the empty message field names the topic', async ({ server }) => {
    await createsTopic(server, 'tea', 'Tea & “cake”');
    await cleo.opens('tea');
    await expect(cleo.messageField).toHaveAttribute('placeholder', 'Message “\u2068Tea & “cake”\u2069”');
  });

  test('the form publishes, others see it live, and the name is remembered', async ({ ann }) => {
    await ann.joins('lobby');
    await cleo.opens('lobby');
    await cleo.typesName('Cleo');
    await cleo.messageField.fill('No script here');
    await cleo.writeButton.click();
    await cleo.sees('No script here');
    await expect(cleo.nameField).toHaveValue('Cleo');
    await expect(cleo.messageField).toHaveValue('');
    await ann.sees('No script here');
    await expect(ann.message('No script here')).toContainText('Cleo');
    await ann.publishes('I see you');
    await ann.sees('I see you');
    await cleo.page.reload();
    await cleo.seesAll(['No script here', 'I see you']);
    await expect(cleo.nameField).toHaveValue('Cleo');
  });

  test('choosing a language keeps the page', async ({ server }) => {
    await postsForms(server, 'garden', ['Roses']);
    await cleo.page.goto('/?q=garden');
    await cleo.page.getByRole('button', { name: 'Deutsch' }).click();
    await expect(cleo.page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(cleo.page).toHaveURL(/\/\?q=garden$/);
    await expect(cleo.page.getByRole('button', { name: 'Deutsch' })).toHaveAttribute('aria-current', 'true');
    await cleo.opens('garden');
    await expect(cleo.page.getByRole('button', { name: 'Senden' })).toBeVisible();
  });

  test('no connection status is shown', async () => {
    await cleo.opens('lobby');
    await expect(cleo.page.getByText('Connecting…')).toBeHidden();
  });

  test('a message that is too long shows an error, is kept, and can be shortened', async ({ consoleGuard }) => {
    consoleGuard.tolerates(/status of 422/);
    await cleo.opens('lobby');
    await cleo.typesName('Cleo');
    const long = `</textarea><b>bold</b> &amp; ${'long '.repeat(4_000)}`;
    await cleo.messageField.fill(long);
    await cleo.writeButton.click();
    await expect(cleo.page.getByRole('heading')).toHaveText('Your message was not sent');
    await expect(cleo.page.getByRole('alert')).toContainText(`Too long by ${long.trim().length - 16_384} characters.`);
    await expect(cleo.nameField).toHaveValue('Cleo');
    await expect(cleo.messageField).toHaveValue(long);
    await expect(cleo.page.locator('b')).toHaveCount(0);
    await cleo.messageField.fill('short');
    await cleo.writeButton.click();
    await cleo.seesAll(['short']);
  });

  test('a blank message returns to the topic and publishes nothing', async () => {
    await cleo.opens('lobby');
    await cleo.messageField.fill('  \n ');
    await cleo.writeButton.click();
    await expect(cleo.page).toHaveURL(/\/t\/lobby$/);
    await cleo.seesAll([]);
  });

  test('the same form sent twice publishes once', async ({ ann }) => {
    await ann.joins('lobby');
    await cleo.opens('lobby');
    const draft = await draftOf(cleo);
    const answers = await Promise.all([posts(cleo, draft, 'Once'), posts(cleo, draft, 'Once')]);
    expect(answers).toEqual([303, 303]);
    expect(await posts(cleo, draft, 'Once')).toBe(303);
    await cleo.page.reload();
    await cleo.seesAll(['Once']);
    await ann.seesAll(['Once']);
    expect(await draftOf(cleo)).not.toBe(draft);
  });

  test('the same form with another text is a conflict, not a second message', async () => {
    await cleo.opens('lobby');
    const draft = await draftOf(cleo);
    expect(await posts(cleo, draft, 'First')).toBe(303);
    expect(await posts(cleo, draft, 'Second')).toBe(409);
    await cleo.page.reload();
    await cleo.seesAll(['First']);
  });

  test('a form from another site is refused', async () => {
    await cleo.opens('lobby');
    const headers = { origin: 'https://elsewhere.example' };
    const form = { draft: await draftOf(cleo), message: 'Forged' };
    const answer = await cleo.page.request.post('/t/lobby', { form, headers });
    expect(answer.status()).toBe(403);
    await cleo.page.reload();
    await cleo.seesAll([]);
  });
});
