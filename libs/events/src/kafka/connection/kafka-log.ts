import { logLevel, type LogEntry } from 'kafkajs';

/** Receives the client's log messages; a Nest `LoggerService` fits. */
export interface KafkaLog {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug?(message: string): void;
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
      const { message, broker, groupId }: { message: string; broker?: unknown; groupId?: unknown } = entry;
      if (message.startsWith(EXPECTED)) return;
      const origin = [broker, groupId].filter((part) => typeof part === 'string' && !message.includes(part));
      const line = `kafka: ${[message, ...origin].join(', ')}`;
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
