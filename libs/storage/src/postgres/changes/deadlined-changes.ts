import { remainingMs, RequestEndedError, StoreUnavailableError, throwIfEnded, withoutBudget } from '@sfm/memory';
import { setTimeout as delay } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { isRetryable, translateDriverError } from '../connection/driver-errors.js';
import type { PostgresDatabase, RunInTransaction, Session, Statement } from '../connection/postgres-database.js';
import { endBackend } from './end-backend.js';
import { LostChange } from './lost-change.js';
import { ServerClock } from './server-clock.js';
import { isTooLate, SERVER_MS } from './void-after.js';

const MAX_ATTEMPTS = 5;
/** How much longer than its deadline a change is waited for: until then the server says itself that it is void. */
const ANSWER_GRACE_MS = 2000;
/** How long the failure of a lost change is held back for its server process to end. */
const FENCE_MS = 2000;
/** Deadline of changes when statements have no limit of their own. */
const UNLIMITED_MS = 3_600_000;

/** Builds a statement that is void after the deadline, epoch milliseconds of the server's clock: see `voidAfter`. */
export type VoidableStatement = (deadlineMs: number) => Statement;

/**
 * Runs changes that must not happen later than somebody was told that they failed. Each carries its deadline, the
 * earlier one of the current request's and the statement limit, on the server's clock: a server process that hangs and
 * goes on later finds it void, whatever was acknowledged meanwhile, by this process or another.
 *
 * A change whose connection is lost before its deadline is fenced: its server process is ended through another
 * connection, for up to two seconds before the failure is reported.
 *
 * All methods throw StoreUnavailableError when nothing was changed, OutcomeUnknownError when that is not certain, and
 * RequestEndedError when the current request had no time left.
 */
export class DeadlinedChanges {
  private readonly clock = new ServerClock();

  private constructor(private readonly database: PostgresDatabase) {}

  /** The changes on a pool; all of them share what is known of the server's clock. */
  static on(database: PostgresDatabase): DeadlinedChanges {
    const known = CHANGES.get(database);
    if (known) return known;
    const changes = new DeadlinedChanges(database);
    CHANGES.set(database, changes);
    return changes;
  }

  /** Runs one statement in its own transaction; again when PostgreSQL chose it as the victim of a deadlock. */
  async run<Row extends QueryResultRow>(build: VoidableStatement): Promise<Row[]> {
    return this.inTime((deadlineMs, session) => session.run<Row>(build(deadlineMs)));
  }

  /**
   * Runs `work` in one transaction; again when PostgreSQL chose it as the victim of a deadlock. A statement of it must
   * be void after the deadline.
   */
  async transaction<T>(work: (run: RunInTransaction, deadlineMs: number) => Promise<T>): Promise<T> {
    return this.inTime((deadlineMs, session) => session.transaction((run) => work(run, deadlineMs)));
  }

  /** Notes what the server's clock said at the end of a change that was sent at `sentMs`. */
  noteTime(serverMs: number, sentMs: number): void {
    this.clock.note(serverMs, { sentMs, receivedMs: performance.now() });
  }

  private async inTime<T>(change: (deadlineMs: number, session: Session) => Promise<T>): Promise<T> {
    const statementMs = this.database.statementTimeoutMs || UNLIMITED_MS;
    const isShort = remainingMs() < statementMs;
    const giveUpAtMs = performance.now() + Math.min(statementMs, remainingMs());
    for (let attempt = 1; ; attempt += 1) {
      try {
        throwIfEnded();
        return await this.attempt(giveUpAtMs, change);
      } catch (error) {
        const isEarly = isTooLate(error) && attempt === 1 && performance.now() < giveUpAtMs;
        // Void before its time: the server's clock was set, or another server has taken over.
        if (isEarly) this.clock.forget();
        else if (isTooLate(error)) throw tooLate(isShort, error);
        else if (!isRetryable(error)) throw error;
        else if (attempt >= MAX_ATTEMPTS || performance.now() >= giveUpAtMs) {
          throw new StoreUnavailableError('the write conflicts with others; retry shortly', { cause: error });
        }
      }
    }
  }

  private async attempt<T>(
    giveUpAtMs: number,
    change: (deadlineMs: number, session: Session) => Promise<T>,
  ): Promise<T> {
    const deadlineMs = await this.onServerClock(giveUpAtMs);
    const waitMs = () => Math.max(1, giveUpAtMs + ANSWER_GRACE_MS - performance.now());
    return this.database.session({ waitMs }, async (session) => {
      try {
        return await change(deadlineMs, session);
      } catch (error) {
        if (!session.lacksAnswer) throw isRetryable(error) || isTooLate(error) ? error : translateDriverError(error);
        throw await this.lost(session.pid, giveUpAtMs, error);
      }
    });
  }

  private async onServerClock(localMs: number): Promise<number> {
    const known = this.clock.earliestAt(localMs);
    if (known !== undefined) return known;
    const sentMs = performance.now();
    const [row] = await this.database.query<{ ms: number }>({ text: `SELECT ${SERVER_MS} AS ms` });
    this.noteTime(row?.ms ?? 0, sentMs);
    return this.clock.earliestAt(localMs) ?? 0;
  }

  private async lost(pid: number, giveUpAtMs: number, error: unknown): Promise<LostChange> {
    const ended = this.database.isPooled
      ? // Whose process it was, only the pooler knows: the change is void when its time is over, and not before.
        Promise.resolve(false)
      : endBackend(() => this.database.dedicatedClient(), pid, Math.max(giveUpAtMs, performance.now() + 1));
    const voided = untilMs(giveUpAtMs);
    const over = Promise.race([ended.then((isGone) => (isGone ? undefined : voided)), voided]);
    await Promise.race([over, untilMs(Math.min(giveUpAtMs, performance.now() + FENCE_MS))]);
    const reason = error instanceof Error ? error.message : String(error);
    return new LostChange(`PostgreSQL did not answer a change: ${reason}`, error, over);
  }
}

function tooLate(isEndOfRequest: boolean, cause: unknown): Error {
  if (isEndOfRequest) return new RequestEndedError('deadline');
  return new StoreUnavailableError('PostgreSQL did not get to the change in time; it is void', { cause });
}

const CHANGES = new WeakMap<PostgresDatabase, DeadlinedChanges>();

async function untilMs(atMs: number): Promise<void> {
  const restMs = atMs - performance.now();
  if (restMs > 0) await withoutBudget(() => delay(restMs, undefined, { ref: false }));
}
