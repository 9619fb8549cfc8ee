import { deadLetterQueue, outboxOf, withDatabase } from '@sfm/composition';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD, QUIET } from '../servers/loggers.js';
import { ParkedEvents } from './parked-events.js';

/** Runs `work` on what is parked in the database and at the brokers of the service's configuration. */
export async function withParkedEvents(work: (parked: ParkedEvents) => Promise<void>): Promise<void> {
  const { truth, events, clientName } = configuredSystem();
  const queue = events.kind === 'kafka' ? deadLetterQueue(events, clientName, QUIET) : undefined;
  try {
    await withDatabase(truth, HEARD, (dataSource) => work(new ParkedEvents(outboxOf(dataSource), queue)));
  } finally {
    await queue?.disconnect();
  }
}
