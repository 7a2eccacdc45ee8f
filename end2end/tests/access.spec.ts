import type { Page } from '@playwright/test';
import { SERVER_GONE } from '../support/console-guard';
import { expect, test } from '../support/fixtures';

const SECRET = 'open sesame';
test.use({ settings: { 'access-secret': SECRET } });

test.beforeEach(({ consoleGuard }) => {
  consoleGuard.tolerates(/status of 401/);
});

const secretField = (page: Page) => page.getByLabel('Access code');

async function knocks(page: Page, secret: string): Promise<void> {
  await secretField(page).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('the page asks for the secret, refuses a wrong one and takes the right one', async ({ ann, newcomer }) => {
  const answer = await ann.page.goto('/t/garden');
  expect(answer?.status()).toBe(401);
  await ann.isLive();
  await expect(ann.page.getByRole('heading')).toHaveText('This chat is private');
  await expect(ann.log).toHaveCount(0);
  await knocks(ann.page, 'close sesame');
  await expect(ann.page.getByRole('alert')).toContainText('Wrong access code');
  await ann.isLive();
  await knocks(ann.page, SECRET);
  await expect(ann.page).toHaveURL(/\/t\/garden$/);
  await ann.isConnected();
  await ann.publishes('Inside');
  await ann.sees('Inside');
  await ann.page.reload();
  await ann.isConnected();

  const stranger = await newcomer();
  await stranger.opens('garden');
  await expect(secretField(stranger.page)).toBeVisible();
  await expect(stranger.page.getByText('Inside')).toHaveCount(0);
});

test('the access form works without a script', async ({ newcomer }) => {
  const cleo = await newcomer({ javaScriptEnabled: false });
  await cleo.opens('lobby');
  await knocks(cleo.page, 'close sesame');
  await expect(cleo.page.getByRole('alert')).toBeVisible();
  await knocks(cleo.page, SECRET);
  await cleo.messageField.fill('Inside');
  await cleo.writeButton.click();
  await cleo.sees('Inside');
});

test('without the secret nothing is shown', async ({ ann, consoleGuard }) => {
  consoleGuard.tolerates(/WebSocket connection to/);
  await ann.opens('lobby');
  const form = { draft: crypto.randomUUID(), message: 'Through the window' };
  const posted = await ann.page.request.post('/t/lobby', { form });
  expect(posted.status()).toBe(401);
  const opened = await ann.page.evaluate(async () => {
    const socket = new WebSocket(`ws://${location.host}/chat`, 'chorus.v1');
    return await new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('open'));
      socket.addEventListener('error', () => resolve('refused'));
    });
  });
  expect(opened).toBe('refused');
  await knocks(ann.page, SECRET);
  await ann.isConnected();
  await ann.seesAll([]);
});

test('reloading after a wrong secret leads to the chat', async ({ ann }) => {
  await ann.opens('lobby');
  await knocks(ann.page, 'close sesame');
  await expect(ann.page.getByRole('alert')).toBeVisible();
  await ann.page.goto(ann.page.url());
  await knocks(ann.page, SECRET);
  await ann.isConnected();
});

test.describe('a server without an access secret', () => {
  test.use({ settings: {} });

  test('that restarts with one says so, and keeps pending messages', async ({ server, ann, consoleGuard }) => {
    consoleGuard.tolerates(...SERVER_GONE);
    await ann.joins('lobby');
    // The shortest waits between attempts: the page looks for the reason after every third.
    await ann.page.evaluate(() => void (Math.random = () => 0.02));
    await server.kill();
    await ann.isOffline();
    await ann.publishes('kept meanwhile');
    await ann.seesWaiting('kept meanwhile');
    await server.restart({ 'access-secret': SECRET });
    await expect(ann.status).toContainText('access secret');
    await ann.page.reload();
    await knocks(ann.page, SECRET);
    await ann.isConnected();
    await ann.seesAll(['kept meanwhile']);
  });
});
