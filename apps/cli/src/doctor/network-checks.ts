import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ok, reasonOf, wrong, type Finding } from './finding.js';

const PATIENCE_MS = 3000;

/** A server that settings name. */
export interface Server {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The setting to correct. */
  readonly setting: string;
}

/** Whether a server takes connections. */
export async function serverFinding({ name, host, port, setting }: Server, signal: AbortSignal): Promise<Finding> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    return ok(name, `takes connections at ${host}:${port}`);
  } catch (error) {
    signal.throwIfAborted();
    return wrong(name, `${host}:${port}: ${reasonOf(error)}`, `start it, or correct ${setting}`);
  } finally {
    socket.destroy();
  }
}

/** Whether the service could listen. */
export async function portFinding(
  what: string,
  host: string,
  { port, setting }: { readonly port: number; readonly setting: string },
): Promise<Finding> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return ok(what, `${host}:${port} is free`);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const found = isTaken ? `another program listens on ${host}:${port}` : `${host}:${port}: ${reasonOf(error)}`;
    return wrong(what, found, isTaken ? `stop that program, or set ${setting}` : `correct ${setting}`);
  } finally {
    server.close();
  }
}
