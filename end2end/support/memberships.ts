import type { Page } from '@playwright/test';

/** A membership as the server sends it. */
export type Membership = { topic: string; unread?: number; mentions?: number; follow?: 'following' | 'muted' };

const toFrame = ({ topic, unread = 0, mentions = 0, follow = 'following' }: Membership) => ({
  topic,
  follow,
  epoch: 'e',
  head: 0,
  messages: unread,
  read: 0,
  seen: 0,
  mentions,
});

type MockConnection = { sendsMembership: (membership: Membership) => void; closes: () => void };

/**
 * Mocks the memberships in `welcome`, and marks messages with `@Ann` as mentions of the page's person. Call it before the
 * page connects.
 */
export async function mocksMemberships(page: Page, memberships: Membership[]): Promise<MockConnection> {
  const connection: MockConnection = { sendsMembership: () => {}, closes: () => {} };
  await page.routeWebSocket('**/chat', (socket) => {
    let user = '';
    const server = socket.connectToServer();
    connection.sendsMembership = (membership) =>
      socket.send(JSON.stringify({ type: 'membership', membership: toFrame(membership) }));
    server.onMessage((message) => {
      const frame = JSON.parse(message.toString());
      if (frame.type === 'welcome') {
        user = frame.user;
        frame.topics = memberships.map(toFrame);
      }
      if (frame.type === 'event' && frame.body?.includes('@Ann')) frame.mentions = [user];
      socket.send(JSON.stringify(frame));
    });
  });
  return connection;
}
