import { expect } from '@playwright/test';
import type { Person } from './person';
import type { Server } from './server';

/** The end of a ban that nobody lifts: the largest time that the protocol knows. */
export const FOR_EVER = 253_402_300_799_999;

type Standing = { role: 'guest' | 'member' | 'moderator' | 'owner'; banned_until?: number; muted_until?: number };

/** Makes a person the owner, on the page for that. */
export async function becomesOwner(person: Person, server: Server): Promise<void> {
  await person.page.goto('/own');
  await sendsCode(person, await server.ownerCode());
  await expect(person.page).toHaveURL(/\/$/);
}

/** Fills in the code of an owner and sends it. */
export async function sendsCode(person: Person, code: string): Promise<void> {
  await person.page.getByLabel('Code').fill(code);
  await person.page.getByRole('button', { name: 'Become the owner' }).click();
}

/** Gives a person a role, a ban and a mute, as the owner. */
export async function gives(owner: Person, person: Person, standing: Standing): Promise<void> {
  const { user } = await (await person.page.request.get('/api/v1/session')).json();
  const answer = await owner.page.request.put(`/api/v1/people/${user}`, { data: standing });
  expect(answer.status(), await answer.text()).toBe(200);
}
