import type { Worker } from 'node:cluster';

interface Closable {
  close(): void;
}

/**
 * Closes connections that were being handed to a worker when it died. Node would wait for the worker's acknowledgement,
 * and the client for an answer, forever; closing the connection tells the client.
 *
 * The messages between node:cluster and its workers are not a public interface: messages of an unknown form are left
 * alone.
 */
export function closeWithWorker(worker: Worker): void {
  const underWay = new Map<number, Closable>();
  const child = worker.process;
  const send = child.send.bind(child);
  child.send = (...args: unknown[]): boolean => {
    const [message, handle] = args;
    const seq = numberOf(message, 'seq');
    if (seq !== undefined && isClosable(handle) && valueOf(message, 'act') === 'newconn') underWay.set(seq, handle);
    const isSent: unknown = Reflect.apply(send, child, args);
    return isSent === true;
  };
  child.on('internalMessage', (message: unknown) => {
    const taken = numberOf(message, 'ack');
    if (taken !== undefined) underWay.delete(taken);
  });
  worker.once('exit', () => {
    for (const connection of underWay.values()) connection.close();
    underWay.clear();
  });
}

function numberOf(message: unknown, name: string): number | undefined {
  const value = valueOf(message, name);
  return typeof value === 'number' ? value : undefined;
}

function valueOf(message: unknown, name: string): unknown {
  if (typeof message !== 'object' || message === null) return undefined;
  return Object.entries(message).find(([key]) => key === name)?.[1];
}

function isClosable(handle: unknown): handle is Closable {
  return typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function';
}
