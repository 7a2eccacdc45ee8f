import { isAccessible, SCREENS } from '../support/axe';
import { expect, test } from '../support/fixtures';
import { becomesOwner } from '../support/moderation';
import type { Person } from '../support/person';

// Each analysis by axe takes seconds, and ten times as long beside another build.
test.describe.configure({ timeout: 240_000 });

/** Opens somebody's page by the list of people. */
async function finds(owner: Person, name: string): Promise<void> {
  await owner.page.goto('/admin/people');
  await owner.page.getByRole('searchbox', { name: 'Name or id' }).fill(name);
  await owner.page.getByRole('button', { name: 'Search' }).click();
  await owner.page.getByRole('link', { name, exact: true }).click();
  await expect(owner.page.getByRole('heading', { level: 2, name })).toBeVisible();
}

/** The form with this button. */
const form = (person: Person, button: string) =>
  person.page.locator('form').filter({ has: person.page.getByRole('button', { name: button, exact: true }) });

async function submits(owner: Person, button: string, reason: string): Promise<void> {
  await form(owner, button).getByLabel('Reason').fill(reason);
  await form(owner, button).getByRole('button').click();
  await expect(owner.page.getByRole('status')).toHaveText('Saved.');
}

for (const scripted of [true, false]) {
  test(`the owner's first hour, ${scripted ? 'with' : 'without'} a script`, async ({
    server,
    newcomer,
    ann,
    bob,
    consoleGuard,
  }) => {
    consoleGuard.tolerates(/status of 404/, /WebSocket connection to/);
    for (const [person, name] of [
      [ann, 'Ann'],
      [bob, 'Bob'],
    ] as const) {
      await person.joins('lobby');
      await person.isNamed(name);
      await person.publishes(`I am ${name}`);
      await person.sees(`I am ${name}`);
    }
    const owner = await newcomer({ javaScriptEnabled: scripted });
    const missing = await owner.page.goto('/admin');
    expect(missing?.status()).toBe(404);
    await becomesOwner(owner, server);
    await owner.page.goto('/admin');
    await expect(owner.page.getByText('Open connections')).toBeVisible();

    await finds(owner, 'Ann');
    await form(owner, 'Change role').getByRole('combobox', { name: 'Role', exact: true }).selectOption('Moderator');
    await submits(owner, 'Change role', 'helps');
    await expect(owner.page.locator('.standing')).toHaveText('Moderator');
    await finds(owner, 'Bob');
    await form(owner, 'Ban').getByRole('combobox').selectOption('1 week');
    await submits(owner, 'Ban', 'spam');
    await expect(owner.page.locator('.standing')).toContainText('Banned until');
    await expect(bob.page.getByText('You are banned from this chat.').first()).toBeVisible();

    await owner.page.goto('/admin/audit');
    const entries = owner.page.locator('.log-rows > li');
    await expect(entries).toHaveCount(3);
    await expect(entries.nth(0)).toContainText(/Bob.*Banned until.*spam/);
    await expect(entries.nth(1)).toContainText(/Ann.*Moderator.*helps/);
    await expect(entries.nth(2)).toContainText('Owner by a code');

    await ann.page.goto('/admin');
    const parts = ann.page.getByRole('navigation', { name: 'Manage this chat' });
    await expect(parts.getByRole('link')).toHaveText(['Overview', 'People']);
  });
}

test('the settings lead moderators and owners to their pages, and nobody else', async ({ server, ann, bob }) => {
  await becomesOwner(ann, server);
  for (const [person, count] of [
    [ann, 1],
    [bob, 0],
  ] as const) {
    await person.joins('lobby');
    await person.choosesFromTopicMenu('Settings');
    const dialog = person.page.getByRole('dialog', { name: 'Settings' });
    await expect(dialog.getByRole('button', { name: 'Keyboard shortcuts' })).toBeVisible();
    await expect(dialog.getByRole('link', { name: 'Manage this chat' })).toHaveCount(count);
  }
  await ann.page.getByRole('link', { name: 'Manage this chat' }).click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Overview');
});

test('a policy for members ends what guests have open', async ({ server, newcomer, bob, consoleGuard }) => {
  consoleGuard.tolerates(/WebSocket connection to/, /status of 403/);
  await bob.joins('lobby');
  await bob.publishes('before');
  await bob.sees('before');
  const owner = await newcomer({ javaScriptEnabled: false });
  await becomesOwner(owner, server);
  await owner.page.goto('/admin/policy');
  await form(owner, 'Save').getByRole('combobox', { name: 'Read', exact: true }).selectOption('Members');
  await submits(owner, 'Save', 'quiet week');
  const answer = await bob.page.request.get('/t/lobby');
  expect(answer.status()).toBe(403);
  expect(await answer.text()).toContain('Only members can read here.');
  await owner.page.goto('/t/lobby');
  await owner.messageField.fill('among us');
  await owner.writeButton.click();
  await owner.sees('among us');
  await expect(bob.message('among us')).toHaveCount(0);
});

for (const { screen, options } of SCREENS) {
  test(`the pages are accessible: ${screen}`, async ({ server, newcomer, consoleGuard }) => {
    consoleGuard.tolerates(/status of 422/);
    const owner = await newcomer({ ...options, javaScriptEnabled: true });
    await becomesOwner(owner, server);
    for (const path of ['/admin', '/admin/people', '/admin/people?q=nobody', '/admin/policy', '/admin/audit']) {
      await owner.page.goto(path);
      await isAccessible(owner, path);
      const overflow = await owner.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(overflow, `${path} fits`).toBeLessThanOrEqual(0);
    }
    await owner.page.goto('/admin/people');
    await owner.page.locator('.rows a').first().click();
    await isAccessible(owner, 'a person');
    await form(owner, 'Mute').getByLabel('Reason').fill(' ');
    await form(owner, 'Mute').getByRole('button').click();
    await expect(owner.page.getByRole('alert')).toContainText('Give a reason');
    await isAccessible(owner, 'a refused form');
  });
}
