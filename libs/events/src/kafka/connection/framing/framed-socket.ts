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
 * A socket like the one kafkajs creates, except that each `data` event is one whole response, and that ending it always
 * closes it.
 *
 * kafkajs keeps an incomplete response after its connection is lost and treats the next connection's data as the rest.
 * When it cannot parse that, it throws inside the socket's handler, where nothing catches the error; here a parse
 * failure ends the connection with an `error`, like any other loss. kafkajs also relies on the broker to close a socket
 * that it has ended.
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
    // kafkajs ends a connection when it expects no more responses; a late answer would restart its timers forever.
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
    // If this socket connected later, it would report to kafkajs a connection that kafkajs has given up.
    if (!isOpen()) return socket.destroy();
    timer ??= setTimeout(() => socket.destroy(), LINGER_MS).unref();
    return socket;
  };
}
