import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { Client, type Make } from './client';

/** `ws`, in this very process. */
class NodeClient extends Client {
  private readonly line: WebSocket;
  private socket?: Socket;
  private endedByServer = false;

  constructor(url: string, protocols: string[]) {
    super();
    this.line = new WebSocket(url, protocols);
    this.line.on('upgrade', ({ socket }) => {
      this.socket = socket;
      // A server that has closed answers what is still sent to it with a reset, which may be seen before the end.
      for (const event of ['end', 'error']) socket.once(event, () => (this.endedByServer = true));
    });
    const { line } = this;
    line.on('open', () => this.happens(() => (this.agreed = { protocol: line.protocol, extensions: line.extensions })));
    line.on('message', (text) => this.happens(() => this.heard.push(text.toString())));
    line.on('pong', (payload) => this.happens(() => this.pongs.push(payload.toString())));
    line.on('error', (error) => this.fails(error));
    line.on('close', (code) => {
      if (this.endedByServer) this.happens(() => (this.closed = code));
      else this.fails(new Error(`closed with ${code}, and not by the server`));
    });
  }

  says(text: string): void {
    this.line.send(text);
  }

  saysInParts(parts: string[], ping: string): void {
    for (const [index, part] of parts.entries()) {
      this.line.send(part, { fin: index === parts.length - 1 });
      if (index === 0) this.line.ping(ping);
    }
  }

  sends(bytes: Buffer): void {
    this.socket!.write(bytes);
  }

  leaves(code: number, reason: string): void {
    this.line.close(code, reason);
  }

  vanishes(): void {
    this.line.terminate();
  }

  end(): void {
    this.line.removeAllListeners('close');
    this.line.terminate();
  }
}

export class Node implements Make {
  private readonly clients: NodeClient[] = [];

  async connects(url: string, protocols: string[]): Promise<Client> {
    const client = new NodeClient(url, protocols);
    this.clients.push(client);
    await client.isOpen();
    return client;
  }

  end(): void {
    for (const client of this.clients) client.end();
  }
}
