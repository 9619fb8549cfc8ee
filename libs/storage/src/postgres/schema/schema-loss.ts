import type { QueryRunner } from 'typeorm';

/** What a change of the schema takes away. */
export interface SchemaLoss {
  /** Tables that go, with how many rows they have. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Columns that go from tables that stay, as `table.column`. */
  readonly columns: readonly string[];
}

/** A rehearsal must not make those wait who work on the tables. */
const LOCK_TIMEOUT = '5s';

const COLUMNS = `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'`;

/** Tries a change of the schema in a transaction, takes it back, and tells what it would have taken away. */
export async function lossBy(runner: QueryRunner, change: () => Promise<void>): Promise<SchemaLoss> {
  await runner.startTransaction();
  try {
    await runner.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    const before = await columnsOf(runner);
    const rows = new Map<string, number>();
    for (const table of before.keys()) rows.set(table, await rowsOf(runner, table));
    await change();
    const after = await columnsOf(runner);
    const gone = [...before.keys()].filter((table) => !after.has(table)).sort();
    const columns = [...before]
      .flatMap(([table, names]) =>
        names.filter((name) => after.get(table)?.includes(name) === false).map((name) => `${table}.${name}`),
      )
      .sort();
    return { tables: gone.map((name) => ({ name, rows: rows.get(name) ?? 0 })), columns };
  } finally {
    await runner.rollbackTransaction();
  }
}

async function columnsOf(runner: QueryRunner): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = (await runner.query(COLUMNS)) as readonly { readonly table: string; readonly column: string }[];
  const columns = new Map<string, string[]>();
  for (const { table, column } of rows) columns.set(table, [...(columns.get(table) ?? []), column]);
  return columns;
}

async function rowsOf(runner: QueryRunner, table: string): Promise<number> {
  const [row] = (await runner.query(`SELECT count(*)::float8 AS rows FROM "${table}"`)) as readonly {
    readonly rows: number;
  }[];
  return row?.rows ?? 0;
}
