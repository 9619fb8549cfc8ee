import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that speaks no protocol, on a port of its own. */
export class RawServer {
  readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      // A client that is gone is what these tests are about.
      socket.on('error', () => undefined);
    });
  }

  /** @param allowHalfOpen the server leaves its side open when the client closes */
  static async start(
    onConnection: (socket: Socket) => void,
    { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean } = {},
  ): Promise<RawServer> {
    const server = createServer({ allowHalfOpen });
    const raw = new RawServer(server);
    server.on('connection', onConnection);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return raw;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('listens on no port');
    return address.port;
  }

  get broker(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
