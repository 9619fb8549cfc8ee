import type { MemoryClient } from '../client/memory-client.js';
import type { Output } from './output.js';

/** What a command works with. */
export interface Session {
  readonly client: MemoryClient;
  readonly output: Output;
  /** Whether programs read the output: everything that was answered, as JSON. */
  readonly isJson: boolean;
  /** The namespace that was asked for; the client's own choice when undefined. */
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
}
