import { logLevel, type LogEntry } from 'kafkajs';

/** Receives the client's log messages; a Nest `LoggerService` fits. */
export interface KafkaLog {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug?(message: string): void;
}

interface ClientEntry {
  readonly message: string;
  readonly error?: unknown;
  readonly broker?: unknown;
  readonly groupId?: unknown;
}

/** The same message is not repeated within this time: an unreachable broker would fill the log. */
const QUIET_MS = 30_000;
const REMEMBERED = 200;

/** Expected of our producers, and harmless: a producer that gives up is replaced (see `KafkaProducer`). */
const EXPECTED = 'Limiting retries for the idempotent producer';

/**
 * Routes the client's log. Its errors are logged as warnings: the client retries by itself, and throws what it gives up
 * on to a caller, which reports the consequence.
 */
export function kafkaLogCreator(log: KafkaLog, now: () => number = Date.now): () => (entry: LogEntry) => void {
  const lastSaid = new Map<string, number>();
  return () =>
    ({ level, log: entry }) => {
      const { message, error, broker, groupId }: ClientEntry = entry;
      if (message.startsWith(EXPECTED)) return;
      // The client keeps the reason beside the message: as text, or as an error.
      const reason = error instanceof Error ? error.message : error;
      const isSaid = (part: unknown) => typeof part !== 'string' || part === '' || message.includes(part);
      const because = isSaid(reason) ? '' : `: ${String(reason)}`;
      const origin = [broker, groupId].filter((part) => !isSaid(part));
      const line = `kafka: ${[message + because, ...origin].join(', ')}`;
      if (level > logLevel.WARN) return log.debug?.(line);
      if (now() - (lastSaid.get(line) ?? -Infinity) < QUIET_MS) return;
      lastSaid.delete(line);
      lastSaid.set(line, now());
      for (const oldest of lastSaid.keys()) {
        if (lastSaid.size <= REMEMBERED) break;
        lastSaid.delete(oldest);
      }
      log.warn(line);
    };
}
