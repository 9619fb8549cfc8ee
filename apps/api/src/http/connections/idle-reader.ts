import type { ServerResponse } from 'node:http';

/** How long a client may take nothing of an answer before it counts as gone. */
const PATIENCE_MS = 60_000;

/**
 * Closes the connection when its client stops reading the answer: what it does not take stays in the memory of the process. A
 * client that takes anything is slow, and served; one that still waits for its answer is not meant.
 */
export function dropIdleReader(response: ServerResponse, patienceMs: number = PATIENCE_MS): void {
  response.setTimeout(patienceMs, () => {
    if (response.socket !== null && response.socket.writableLength > 0) response.socket.destroy();
  });
}
