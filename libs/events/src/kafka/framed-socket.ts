import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { LengthPrefixedFrames } from './length-prefixed-frames.js';

export interface Destination {
  readonly host: string;
  readonly port: number;
  /** kafkajs gives null when the connection is not encrypted. */
  readonly ssl?: ConnectionOptions | null;
  readonly onConnect: () => void;
}

const KEEP_ALIVE_MS = 60_000;

/**
 * A socket as kafkajs makes its own, but its `data` are whole responses, one at a time.
 *
 * kafkajs keeps the beginning of a response beyond the connection that it came on, and reads the next connection as its
 * continuation. What it cannot read it throws at the socket, where nobody catches it; here that ends the connection
 * instead, with an `error` like any other loss.
 */
export function framedSocket({ host, port, ssl, onConnect }: Destination): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : connectPlain({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  emitFrames(socket, `${host}:${port}`);
  return socket;
}

function emitFrames(socket: Socket, broker: string): void {
  const frames = new LengthPrefixedFrames();
  const emit = socket.emit.bind(socket);
  socket.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    const [chunk] = args;
    if (name !== 'data' || !Buffer.isBuffer(chunk)) return emit(name, ...args);
    try {
      for (const frame of frames.take(chunk)) emit('data', frame);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      socket.destroy(new Error(`what ${broker} sends is no Kafka response: ${reason}`, { cause: error }));
    }
    return true;
  };
}
