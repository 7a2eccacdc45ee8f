import { randomUUID } from 'node:crypto';
import type { Person } from './person';
import type { Server } from './server';

/** Returns numbered texts from `note 1` on. */
export function notes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `note ${index + 1}`);
}

/** Publishes messages one after the other with the HTML form. */
export async function postsForms(server: Server, topic: string, texts: string[], name = 'Clio'): Promise<void> {
  for (const message of texts) {
    const form = new URLSearchParams({ draft: randomUUID(), name, message });
    const answer = await fetch(`${server.url}/t/${topic}`, { method: 'POST', body: form, redirect: 'manual' });
    if (answer.status !== 303) throw new Error(`"${message}" was answered with ${answer.status}`);
  }
}

/** Creates a topic with the form of the directory. */
export async function createsTopic(server: Server, name: string, title: string, description = ''): Promise<void> {
  const form = new URLSearchParams({ draft: randomUUID(), name, title, description });
  const answer = await fetch(`${server.url}/topics`, { method: 'POST', body: form, redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`"${name}" was answered with ${answer.status}`);
}

/**
 * Publishes many messages at once over a WebSocket of its own, and waits for the acks. Needs a server without a rate
 * limit.
 */
export async function floods(person: Person, topic: string, texts: string[]): Promise<void> {
  await person.page.evaluate(
    ([topic, texts]) =>
      new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/chat`, 'chorus.v1');
        let stored = 0;
        socket.onclose = () => reject(new Error(`closed after ${stored}`));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data as string);
          if (frame.type === 'error') reject(new Error(data as string));
          if (frame.type === 'ack') stored += 1;
          if (stored === texts.length) resolve(socket.close());
        };
        socket.onopen = () => {
          socket.send(JSON.stringify({ type: 'hello', version: 1 }));
          for (const [index, body] of texts.entries()) {
            const draft = crypto.randomUUID();
            socket.send(JSON.stringify({ type: 'publish', ref: index + 1, topic, draft, body }));
          }
        };
      }),
    [topic, texts] as const,
  );
}

/** Cuts a person off while another one publishes many messages, and connects them again. */
export async function missesFlood(person: Person, other: Person, topic: string, texts: string[]): Promise<void> {
  await person.page.context().setOffline(true);
  await person.isOffline();
  await floods(other, topic, texts);
  await person.page.context().setOffline(false);
}
