import { StoreUnavailableError } from '@sfm/memory';
import { traceCall, type SpanDescription } from '@sfm/observability';
import { Client, type Pool, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { isRetryable, translateDriverError } from './driver-errors.js';

const MAX_ATTEMPTS = 5;
/** Extra wait for an answer beyond the server's own time limit: a hanging server does not enforce its limit. */
const ANSWER_GRACE_MS = 2000;

/** A statement with its parameters; with a `name`, each connection parses and plans it once. */
export type Statement = Pick<QueryConfig<unknown[]>, 'name' | 'text' | 'values'>;

/** Runs statements inside one transaction. */
export type RunInTransaction = <Row extends QueryResultRow>(statement: Statement) => Promise<Row[]>;

/**
 * Runs hand-written SQL on the DataSource's connection pool. Driver errors are translated: `StoreUnavailableError` when
 * PostgreSQL is unavailable, the driver's error otherwise.
 */
export class PostgresDatabase {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs one statement in its own transaction. */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    try {
      return await this.ask<Row>(this.pool(), statement);
    } catch (error) {
      throw translateDriverError(error);
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
    const client = await this.connect();
    // A failed connection is not reused.
    let broken: Error | undefined;
    const onError = (error: Error) => (broken = error);
    client.on('error', onError);
    const run: RunInTransaction = async <Row extends QueryResultRow>(statement: Statement) => {
      try {
        return await this.ask<Row>(client, statement);
      } catch (error) {
        throw translateDriverError(error);
      }
    };
    try {
      await run({ text: 'BEGIN' });
      const result = await work(run);
      await run({ text: 'COMMIT' });
      return result;
    } catch (error) {
      await client.query(this.bounded({ text: 'ROLLBACK' })).catch((rollbackError: Error) => (broken = rollbackError));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
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

  /** Returns a new, unconnected client for the pool's server. The caller ends it. */
  dedicatedClient(): Client {
    return new Client(this.pool().options);
  }

  private ask<Row extends QueryResultRow>(asked: Pool | PoolClient, statement: Statement): Promise<Row[]> {
    return traceCall(
      () => this.describe(statement),
      async () => (await asked.query<Row>(this.bounded(statement))).rows,
    );
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

  private bounded(statement: Statement): Statement & { readonly query_timeout?: number } {
    const serverMs = Number(this.pool().options.statement_timeout);
    return serverMs > 0 ? { ...statement, query_timeout: serverMs + ANSWER_GRACE_MS } : statement;
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

/** TypeORM leaves the pool untyped. */
function isPool(value: unknown): value is Pool {
  return typeof value === 'object' && value !== null && 'totalCount' in value && 'connect' in value;
}
