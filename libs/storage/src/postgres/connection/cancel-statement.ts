import { connect } from 'node:net';
import type { PoolClient, PoolOptions } from 'pg';

/** PostgreSQL's CancelRequest: length 16, code 80877102, then the process and its key. */
const LENGTH = 16;
const CANCEL_REQUEST = 80_877_102;
const TIMEOUT_MS = 2000;

/**
 * Asks the server to cancel what it does for a connection. Best effort and without waiting: it has no answer. The request
 * needs no login and no TLS; the key is of this one connection, which must not be used for anything else afterwards.
 */
export function cancelStatement(client: PoolClient, { host = 'localhost', port = 5432 }: PoolOptions): void {
  const pid = fieldOf(client, 'processID');
  const key = fieldOf(client, 'secretKey');
  if (pid === undefined || key === undefined) return;
  const message = Buffer.alloc(LENGTH);
  message.writeInt32BE(LENGTH, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(pid, 8);
  message.writeInt32BE(key, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.unref();
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.end(message);
}

/** The driver's types leave these out. */
function fieldOf(client: PoolClient, name: 'processID' | 'secretKey'): number | undefined {
  const value: unknown = Reflect.get(client, name);
  return typeof value === 'number' ? value : undefined;
}
