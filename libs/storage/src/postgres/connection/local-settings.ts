import { Query, type ClientBase, type Connection, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { EVERY_NAMESPACE, SCOPE_SETTING } from './scope-setting.js';

/** Parsed once on each connection. */
const NAME = 'sfm_set';
const SET = 'SELECT pg_catalog.set_config($1, $2, $3::boolean)';

/** A setting of the server that holds for one transaction. */
export type LocalSetting = readonly [name: string, value: string];

/** What the driver calls on a query, which its types leave out. */
declare module 'pg' {
  interface Query {
    queryMode: string;
    query_timeout?: number;
    callback: (error: Error | null | undefined, result: QueryResult) => void;
    handleDataRow(message: unknown): void;
    handleCommandComplete(message: unknown, connection: Connection): void;
  }
}

/**
 * Gives a new connection the scope of the service itself, which it has between statements of requests.
 *
 * @throws when the server does not answer in time
 */
export async function prepareScope(client: ClientBase, timeoutMs: number): Promise<void> {
  const values = [SCOPE_SETTING, EVERY_NAMESPACE, 'false'];
  const statement = { name: NAME, text: SET, values, query_timeout: timeoutMs };
  await client.query(statement);
}

/**
 * Runs a statement with settings such as the scope of its request: one round trip, one transaction. The settings are sent in front
 * of the statement without waiting, and end with the transaction, so that no connection carries the scope of one request into
 * another's, whatever pools lie between.
 *
 * @param isPrepared whether the connection was prepared, which one behind a pooler of transactions cannot be
 */
export function queryWith<Row extends QueryResultRow>(
  client: ClientBase,
  { settings, isPrepared }: { readonly settings: readonly LocalSetting[]; readonly isPrepared: boolean },
  statement: QueryConfig<unknown[]> & { readonly query_timeout?: number },
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    const send = (connection: Connection) => {
      if (!isPrepared) connection.parse({ name: '', text: SET, types: [] }, true);
      for (const setting of settings) {
        connection.bind({ statement: isPrepared ? NAME : '', values: [...setting, 'true'] }, true);
        connection.execute({}, true);
      }
    };
    client.query(
      new QueryAfter({ send, answers: settings.length }, statement, (error, result) => {
        if (error) reject(error);
        else resolve(result as QueryResult<Row>);
      }),
    );
  });
}

/** A query with something in front of it whose answers are dropped. */
class QueryAfter extends Query {
  /** Answers to what is in front that are still to come. */
  private left: number;

  constructor(
    front: { readonly send: (connection: Connection) => void; readonly answers: number },
    statement: QueryConfig<unknown[]> & { readonly query_timeout?: number },
    callback: Query['callback'],
  ) {
    super(statement);
    this.left = front.answers;
    this.callback = callback;
    // In one transaction with the settings, which a simple query would end.
    this.queryMode = 'extended';
    if (statement.query_timeout !== undefined) this.query_timeout = statement.query_timeout;
    const submit = this.submit.bind(this);
    this.submit = (connection) => {
      connection.stream.cork();
      try {
        front.send(connection);
        return submit(connection);
      } finally {
        connection.stream.uncork();
      }
    };
  }

  override handleDataRow(message: unknown): void {
    if (this.left === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.left > 0) this.left -= 1;
    else super.handleCommandComplete(message, connection);
  }
}
