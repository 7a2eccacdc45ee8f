import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';

/** A proxy in front of a server that is gone: it says so, in its own words. */
export class Proxy {
  private constructor(private readonly server: HttpServer) {}

  /** At the address where the server was. */
  static async withoutServer(url: string, status: number): Promise<Proxy> {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(`<h1>${status} nginx</h1>`);
    });
    server.listen(Number(new URL(url).port), '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(server);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
