import { randomUUID } from 'node:crypto';
import type { Server } from './server';

/** Texts that count up, `note 1` first. */
export function notes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `note ${index + 1}`);
}

/** Writes into a topic as a plain form does, one message after the other. */
export async function wasSaid(server: Server, topic: string, texts: string[], name = 'Clio'): Promise<void> {
  for (const message of texts) {
    const form = new URLSearchParams({ draft: randomUUID(), name, message });
    const answer = await fetch(`${server.url}/t/${topic}`, { method: 'POST', body: form, redirect: 'manual' });
    if (answer.status !== 303) throw new Error(`"${message}" was answered with ${answer.status}`);
  }
}
