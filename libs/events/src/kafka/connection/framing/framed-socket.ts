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
/** How long a broker may take to close its side of a connection that was ended. */
const LINGER_MS = 1000;

/**
 * A socket as kafkajs makes its own, but its `data` are whole responses, one at a time, and it ends for certain.
 *
 * kafkajs keeps the beginning of a response beyond the connection that it came on, and reads the next connection as its
 * continuation. What it cannot read it throws at the socket, where nobody catches it; here that ends the connection
 * instead, with an `error` like any other loss. And kafkajs leaves a socket that it has ended to the broker to close.
 */
export function framedSocket({ host, port, ssl, onConnect }: Destination): Socket {
  const broker = `${host}:${port}`;
  let isOpen = false;
  const onOpen = () => {
    isOpen = true;
    onConnect();
  };
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onOpen)
    : connectPlain({ host, port }, onOpen);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  emitFrames(socket, broker);
  endForCertain(socket, () => isOpen);
  return socket;
}

function emitFrames(socket: Socket, broker: string): void {
  const frames = new LengthPrefixedFrames();
  const emit = socket.emit.bind(socket);
  socket.emit = (name: string | symbol, ...args: unknown[]): boolean => {
    const [chunk] = args;
    if (name !== 'data' || !Buffer.isBuffer(chunk)) return emit(name, ...args);
    // kafkajs ends a connection when it waits for nothing more; a late answer would start its timers again, for good.
    if (socket.writableEnded) return true;
    try {
      for (const frame of frames.take(chunk)) emit('data', frame);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      socket.destroy(new Error(`what ${broker} sends is no Kafka response: ${reason}`, { cause: error }));
    }
    return true;
  };
}

function endForCertain(socket: Socket, isOpen: () => boolean): void {
  const end = socket.end.bind(socket);
  let timer: NodeJS.Timeout | undefined;
  socket.once('close', () => clearTimeout(timer));
  socket.end = (...args: unknown[]): Socket => {
    Reflect.apply(end, undefined, args);
    if (socket.destroyed) return socket;
    // Connected later, it would tell kafkajs of a connection that kafkajs has given up.
    if (!isOpen()) return socket.destroy();
    timer ??= setTimeout(() => socket.destroy(), LINGER_MS).unref();
    return socket;
  };
}
