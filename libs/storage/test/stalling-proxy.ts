import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface StallingProxy {
  readonly url: string;
  /** Connections that were ever made. */
  readonly connections: number;
  /** Connections whose server has let them in since, and whose every further answer was kept back. */
  readonly muted: number;
  /** Passes nothing more, either way, as a network does that fails. */
  stall(): void;
  /** Lets clients log in, then keeps back what the server answers. */
  mute(): void;
  /** Ends `stall` and `mute`, for connections that are made from now on. */
  flow(): void;
  /** Loses the connections that there are, as their clients see it; the server is told nothing. */
  lose(): void;
  close(): void;
}

const READY_FOR_QUERY = Buffer.from('Z\0\0\0\u0005I', 'latin1');

/** Passes connections on to PostgreSQL, and can fail as networks and servers do that do not say so. */
export async function stallingProxy(url: string): Promise<StallingProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let isStalled = false;
  let isMute = false;
  let muted = 0;
  let connections = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let isMuted = false;
    connections += 1;
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => isStalled || upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (isStalled || isMuted) return;
      client.write(chunk);
      if (!isMute || !chunk.subarray(-READY_FOR_QUERY.length).equals(READY_FOR_QUERY)) return;
      isMuted = true;
      muted += 1;
    });
    client.on('close', () => {
      if (clients.delete(client) && !isMuted) upstream.destroy();
    });
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const through = new URL(url);
  through.host = `127.0.0.1:${address.port}`;
  through.searchParams.set('sslmode', 'disable');
  return {
    url: through.href,
    get connections() {
      return connections;
    },
    get muted() {
      return muted;
    },
    stall: () => void (isStalled = true),
    mute: () => void (isMute = true),
    flow: () => {
      isStalled = false;
      isMute = false;
    },
    lose: () => {
      const lost = [...clients];
      clients.clear();
      for (const client of lost) client.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
