import { deadLetterQueue, outboxOf, withDatabase } from '@sfm/composition';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD, QUIET } from '../servers/loggers.js';
import { DeadLetters } from './dead-letters.js';

/** Runs `work` on the dead letters in the configured database and brokers. */
export async function withDeadLetters(work: (deadLetters: DeadLetters) => Promise<void>): Promise<void> {
  const { truth, events, clientName } = configuredSystem();
  const queue = events.kind === 'kafka' ? deadLetterQueue(events, clientName, QUIET) : undefined;
  try {
    await withDatabase(truth, HEARD, (dataSource) => work(new DeadLetters(outboxOf(dataSource), queue)));
  } finally {
    await queue?.disconnect();
  }
}
