import { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';

/**
 * Calls back once when more than so many bytes have come from the server over the connection from now on; returns how to stop
 * counting. The driver gathers all rows of an answer before it tells of any.
 */
export function onReceived(client: PoolClient, mostBytes: number, isTooMuch: () => void): () => void {
  const stream = streamOf(client);
  if (stream === undefined || mostBytes === Infinity) return () => undefined;
  let left = mostBytes;
  const stop = () => void stream.off('data', count);
  const count = (chunk: Buffer) => {
    left -= chunk.length;
    if (left >= 0) return;
    stop();
    isTooMuch();
  };
  stream.on('data', count);
  return stop;
}

/** The driver's types leave it out. */
function streamOf(client: PoolClient): EventEmitter | undefined {
  const connection: unknown = Reflect.get(client, 'connection');
  if (typeof connection !== 'object' || connection === null) return undefined;
  const stream: unknown = Reflect.get(connection, 'stream');
  return stream instanceof EventEmitter ? stream : undefined;
}
