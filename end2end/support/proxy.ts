import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';

/** A reverse proxy whose server is down: it answers with an error page of its own. */
export class ReverseProxy {
  private constructor(private readonly server: HttpServer) {}

  /** Listens on the stopped server's port. */
  static async withoutServer(url: string, status: number): Promise<ReverseProxy> {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(`<h1>${status} nginx</h1>`);
    });
    server.listen(Number(new URL(url).port), '127.0.0.1');
    await once(server, 'listening');
    return new ReverseProxy(server);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
