import {
  AnswerTooLargeError,
  currentBudget,
  currentScope,
  StoreUnavailableError,
  throwIfEnded,
  whileWanted,
  type RequestBudget,
} from '@sfm/memory';
import { traceCall, type SpanDescription } from '@sfm/observability';
import { Client, type Pool, type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { cancelStatement } from './cancel-statement.js';
import { directAccess } from './data-source.js';
import { LargeReadings } from './large-readings.js';
import { onReceived } from './received-bytes.js';
import { EVERY_NAMESPACE, SCOPE_SETTING, scopeSetting } from './scope-setting.js';
import { queryWith, type LocalSetting } from './local-settings.js';
import { isAnswered, isDiskFull, isRetryable, translateDriverError } from './driver-errors.js';

const MAX_ATTEMPTS = 5;
/** Extra wait for an answer beyond the server's own time limit: a hanging server does not enforce its limit. */
const ANSWER_GRACE_MS = 2000;
const PLANNED_ONCE: LocalSetting = ['plan_cache_mode', 'force_generic_plan'];

/** A statement with its parameters; with a `name`, each connection parses and plans it once. */
export type Statement = Pick<QueryConfig<unknown[]>, 'name' | 'text' | 'values'> & {
  /** Its rows are many and small, and no answer holds them: it takes no place among the large readings. */
  readonly isUnmetered?: true;
  /**
   * Each connection plans it once, whatever its values. The server plans a named statement anew for the first five values,
   * which costs more than the answer where the statement is a long one.
   */
  readonly isPlannedOnce?: true;
};

/** Runs statements inside one transaction. */
export type RunInTransaction = <Row extends QueryResultRow>(statement: Statement) => Promise<Row[]>;

/** One connection of the pool, for a piece of work. */
export interface Session {
  /** Of the server process. */
  readonly pid: number;
  /** True when the answer to a statement did not come. */
  readonly lacksAnswer: boolean;
  readonly run: RunInTransaction;
  /** Commits when `work` resolves; rolls back when it rejects, and rejects with its error. */
  transaction<T>(work: (run: RunInTransaction) => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  /** Longest wait for the answer to a statement that is sent now. */
  readonly waitMs: () => number;
  /** What becomes of the driver's errors. @default they stay as they are */
  readonly translate: (error: unknown) => unknown;
}

/**
 * Runs hand-written SQL on the DataSource's connection pool. Driver errors are translated: `StoreUnavailableError` when
 * PostgreSQL is unavailable, the driver's error otherwise.
 *
 * `query` works for the current request and ends with it: what runs is cancelled on the server, and its connection, which
 * may still get an answer, is not used again. The other methods finish what they began; changes that somebody may be told
 * have failed belong to `DeadlinedChanges`.
 */
export class PostgresDatabase {
  /** A statement found the disk of the server full, and since then nobody has found that there is space. */
  isSuspectedFull = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly readings = new LargeReadings(),
  ) {}

  /** Longest time that the server works on one statement, milliseconds; 0 for no limit. */
  get statementTimeoutMs(): number {
    return directAccess(this.dataSource)?.statementTimeoutMs ?? (Number(this.pool().options.statement_timeout) || 0);
  }

  /**
   * True behind a pooler that gives a connection for one transaction: the driver does not know the server process then, and a
   * statement with a name may meet a connection that has not parsed it.
   */
  get isPooled(): boolean {
    return directAccess(this.dataSource) !== undefined;
  }

  /** Runs one statement in its own transaction. @throws RequestEndedError when the current request ends */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    const budget = currentBudget();
    try {
      if (budget === undefined) return await this.ask<Row>(this.pool(), statement);
      throwIfEnded();
      return await this.askBounded<Row>(budget, statement);
    } catch (error) {
      if (error instanceof AnswerTooLargeError) throw error;
      throw budget?.ended ?? translateDriverError(error);
    }
  }

  /** As `query`, with a retry when PostgreSQL chose the statement as the victim of a deadlock or conflict. */
  async queryWithRetry<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask<Row>(this.pool(), statement);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS && isRetryable(error)) {
          throw new StoreUnavailableError('the write conflicts with others; retry shortly', { cause: error });
        }
        if (!isRetryable(error)) throw translateDriverError(error);
      }
    }
  }

  /** Commits when `work` resolves; rolls back when it rejects, and rejects with its error. */
  async transaction<T>(work: (run: RunInTransaction) => Promise<T>): Promise<T> {
    return this.session({ translate: translateDriverError }, (session) => session.transaction(work));
  }

  /** Runs `work` on one connection, which is not used again when it failed. */
  async session<T>(options: Partial<SessionOptions>, work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.connect();
    const ask: Ask = (asked, statement) => this.ask(asked, statement, options.waitMs?.());
    const session = new PoolSession(client, ask, options.translate);
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  /** As `transaction`, but restarts `work` when PostgreSQL chose it as the victim of a deadlock or conflict. */
  async transactionWithRetry<T>(work: (run: RunInTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transaction(work);
      } catch (error) {
        if (!isRetryable(error)) throw error;
        if (attempt === MAX_ATTEMPTS) {
          throw new StoreUnavailableError('the write conflicts with others; retry shortly', { cause: error });
        }
      }
    }
  }

  /** Returns a new, unconnected client of the server itself, with a session of its own. The caller ends it. */
  dedicatedClient(): Client {
    const direct = directAccess(this.dataSource);
    const { options } = this.pool();
    if (direct === undefined) return new Client(options);
    return new Client({ ...options, ...direct.connection, statement_timeout: direct.statementTimeoutMs });
  }

  private ask<Row extends QueryResultRow>(
    asked: Pool | PoolClient,
    statement: Statement,
    waitMs?: number,
  ): Promise<Row[]> {
    return traceCall(
      () => this.describe(statement),
      async () => {
        try {
          return (await this.send<Row>(asked, this.bounded(statement, waitMs))).rows;
        } catch (error) {
          if (isDiskFull(error)) this.isSuspectedFull = true;
          throw error;
        }
      },
    );
  }

  /** In the scope of the request that is worked for, which lasts as long as the transaction. */
  private async send<Row extends QueryResultRow>(
    asked: Pool | PoolClient,
    statement: Statement & { readonly query_timeout?: number },
  ): Promise<QueryResult<Row>> {
    const settings = CONTROLS.test(statement.text) ? [] : this.settingsFor(statement);
    if (settings.length === 0) return asked.query<Row>(statement);
    const set = { settings, isPrepared: !this.isPooled };
    if ('release' in asked) return queryWith<Row>(asked, set, statement);
    const client = await asked.connect();
    try {
      const result = await queryWith<Row>(client, set, statement);
      client.release();
      return result;
    } catch (error) {
      client.release(error instanceof Error ? error : true);
      throw error;
    }
  }

  private settingsFor({ isPlannedOnce, name }: Statement): readonly LocalSetting[] {
    const scope = currentScope();
    const settings: LocalSetting[] = [];
    if (scope !== undefined) settings.push([SCOPE_SETTING, scopeSetting(scope)]);
    // A server process behind a pooler may have served a request before, after which its session sees nothing.
    else if (this.isPooled) settings.push([SCOPE_SETTING, EVERY_NAMESPACE]);
    if (isPlannedOnce && name !== undefined) settings.push(PLANNED_ONCE);
    return settings;
  }

  /** Asks again with a place among the large readings when the answer turns out to be one. */
  private async askBounded<Row extends QueryResultRow>(budget: RequestBudget, statement: Statement): Promise<Row[]> {
    if (statement.isUnmetered) return this.askFor<Row>(budget, statement, Infinity);
    const wasAdmitted = this.readings.isAdmitted(budget);
    try {
      return await this.askFor<Row>(budget, statement, this.readings.allowed(budget));
    } catch (error) {
      if (wasAdmitted || !(error instanceof AnswerTooLargeError)) throw error;
    }
    await this.readings.admit(budget);
    return this.askFor<Row>(budget, statement, this.readings.allowed(budget));
  }

  /**
   * Asks on a connection of its own, so that the statement can be cancelled.
   *
   * @throws AnswerTooLargeError when more bytes come than are allowed
   */
  private async askFor<Row extends QueryResultRow>(
    budget: RequestBudget,
    statement: Statement,
    mostBytes: number,
  ): Promise<Row[]> {
    const client = await whileWanted(this.pool().connect(), { unwanted: (late) => late.release() });
    let end: Error | undefined;
    const give = (error?: Error) => {
      if (end !== undefined) return;
      end = error ?? DONE;
      client.release(error);
    };
    let excess: AnswerTooLargeError | undefined;
    const cancel = (reason: Error) => {
      cancelStatement(client, this.pool().options);
      give(reason);
    };
    const stop = budget.onEnd(cancel);
    const stopCounting = onReceived(client, mostBytes, () => cancel((excess = new AnswerTooLargeError())));
    try {
      const rows = await this.ask<Row>(client, statement);
      give();
      return rows;
    } catch (error) {
      give(error instanceof Error ? error : new Error(String(error)));
      throw excess ?? error;
    } finally {
      stop();
      stopCounting();
    }
  }

  /** The statement's text is omitted: some texts are assembled from caller input. */
  private describe({ name, text }: Statement): SpanDescription {
    const { host, port, database } = this.pool().options;
    const operation = /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'UNKNOWN';
    return {
      name: `postgresql ${name?.replace(/^sfm_/, '') ?? operation}`,
      kind: 'client',
      attributes: {
        'db.system.name': 'postgresql',
        'db.operation.name': operation,
        ...(database === undefined ? {} : { 'db.namespace': database }),
        ...(host === undefined ? {} : { 'server.address': host }),
        ...(port === undefined ? {} : { 'server.port': port }),
      },
    };
  }

  private bounded(statement: Statement, waitMs?: number): Statement & { readonly query_timeout?: number } {
    const serverMs = this.statementTimeoutMs;
    const longestMs = waitMs ?? (serverMs > 0 ? serverMs + ANSWER_GRACE_MS : undefined);
    const { name, ...unnamed } = statement;
    const asked = this.isPooled || name === undefined ? unnamed : { name, ...unnamed };
    return longestMs === undefined ? asked : { ...asked, query_timeout: longestMs };
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool().connect();
    } catch (error) {
      throw translateDriverError(error);
    }
  }

  private pool(): Pool {
    const master: unknown = (this.dataSource.driver as PostgresDriver).master;
    if (!this.dataSource.isInitialized || !isPool(master)) {
      throw new StoreUnavailableError('the store is not connected');
    }
    return master;
  }
}

/** Statements that begin and end transactions, which touch no row, and some of which must be the first of theirs. */
const CONTROLS = /^\s*(?:BEGIN|COMMIT|ROLLBACK|SET|SAVEPOINT|RELEASE)\b/i;

/** Marks a connection that was given back in order. */
const DONE = new Error('done');

type Ask = <Row extends QueryResultRow>(client: PoolClient, statement: Statement) => Promise<Row[]>;

class PoolSession implements Session {
  lacksAnswer = false;
  /** A failed connection is not reused. */
  private broken: Error | undefined;
  private readonly onError = (error: Error) => (this.broken = error);

  constructor(
    private readonly client: PoolClient,
    private readonly ask: Ask,
    private readonly translate: SessionOptions['translate'] = (error) => error,
  ) {
    client.on('error', this.onError);
  }

  get pid(): number {
    return 'processID' in this.client ? Number(this.client.processID) : 0;
  }

  readonly run: RunInTransaction = async <Row extends QueryResultRow>(statement: Statement) => {
    try {
      return await this.ask<Row>(this.client, statement);
    } catch (error) {
      if (!isAnswered(error)) {
        this.lacksAnswer = true;
        this.broken = error instanceof Error ? error : new Error(String(error));
      }
      throw this.translate(error);
    }
  };

  async transaction<T>(work: (run: RunInTransaction) => Promise<T>): Promise<T> {
    try {
      await this.run({ text: 'BEGIN' });
      const result = await work(this.run);
      await this.run({ text: 'COMMIT' });
      return result;
    } catch (error) {
      if (this.broken === undefined) {
        await this.ask(this.client, { text: 'ROLLBACK' }).catch((failure: Error) => (this.broken = failure));
      }
      throw error;
    }
  }

  close(): void {
    this.client.off('error', this.onError);
    this.client.release(this.broken);
  }
}

/** TypeORM leaves the pool untyped. */
function isPool(value: unknown): value is Pool {
  return typeof value === 'object' && value !== null && 'totalCount' in value && 'connect' in value;
}
