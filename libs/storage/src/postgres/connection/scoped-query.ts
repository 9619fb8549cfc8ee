import { Query, type ClientBase, type Connection, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { EVERY_NAMESPACE, SCOPE_SETTING } from './scope-setting.js';

/** Parsed once on each connection. */
const NAME = 'sfm_scope';
const SET_SCOPE = {
  name: NAME,
  text: 'SELECT pg_catalog.set_config($1, $2, $3::boolean)',
};

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
  const statement = { ...SET_SCOPE, values: [SCOPE_SETTING, EVERY_NAMESPACE, 'false'], query_timeout: timeoutMs };
  await client.query(statement);
}

/**
 * Runs a statement in a scope of namespaces: one round trip, one transaction. The setting is sent in front of the statement
 * without waiting, and ends with the transaction, so that no connection carries the scope of one request into another's, whatever
 * pools lie between. Only on connections that were prepared.
 */
export function queryWithin<Row extends QueryResultRow>(
  client: ClientBase,
  setting: string,
  statement: QueryConfig<unknown[]> & { readonly query_timeout?: number },
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    client.query(
      new ScopedQuery(setting, statement, (error, result) => {
        if (error) reject(error);
        else resolve(result as QueryResult<Row>);
      }),
    );
  });
}

class ScopedQuery extends Query {
  /** Until the setting is answered. */
  private isSetting = true;

  constructor(
    private readonly setting: string,
    statement: QueryConfig<unknown[]> & { readonly query_timeout?: number },
    callback: Query['callback'],
  ) {
    super(statement);
    this.callback = callback;
    // In one transaction with the setting, which a simple query would end.
    this.queryMode = 'extended';
    if (statement.query_timeout !== undefined) this.query_timeout = statement.query_timeout;
    const submit = this.submit.bind(this);
    this.submit = (connection) => {
      connection.stream.cork();
      try {
        connection.bind({ statement: NAME, values: [SCOPE_SETTING, this.setting, 'true'] }, true);
        connection.execute({}, true);
        return submit(connection);
      } finally {
        connection.stream.uncork();
      }
    };
  }

  override handleDataRow(message: unknown): void {
    if (!this.isSetting) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.isSetting) this.isSetting = false;
    else super.handleCommandComplete(message, connection);
  }
}
