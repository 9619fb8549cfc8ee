import { connect, type Socket } from 'node:net';

const GIVE_UP_MS = 60_000;
const STATUS = /^HTTP\/1\.[01] (\d{3})/gm;

/** What came back for bytes that were sent on a connection of their own. */
export interface RawAnswer {
  /** Statuses of all answers, in their order; none when the connection was closed without a word. */
  readonly statuses: readonly number[];
  readonly text: string;
  /** The server neither answered nor closed in a minute. */
  readonly isForgotten: boolean;
}

/** Sends bytes as they are, and resolves when the server has closed the connection. */
export function exchange(port: number, bytes: Uint8Array | string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = open(port, bytes);
    const chunks: Buffer[] = [];
    let isForgotten = false;
    const timer = setTimeout(() => {
      isForgotten = true;
      socket.destroy();
    }, GIVE_UP_MS);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => {
      clearTimeout(timer);
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ statuses: [...text.matchAll(STATUS)].map(([, status]) => Number(status)), text, isForgotten });
    });
  });
}

/** Sends bytes and leaves the connection open, as a client does that never ends its request. */
export function open(port: number, bytes: Uint8Array | string): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  // The server may close at any time: what it said before is what counts.
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}
