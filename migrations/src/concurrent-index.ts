import type { QueryRunner } from 'typeorm';

/**
 * Builds an index while the table is written. What an interrupted run left behind is no index, and goes first. TypeORM
 * reverts migrations in a transaction, where this is not possible: then the index is built while writes wait.
 *
 * @param definition what follows the name in `CREATE INDEX`, such as `ON outbox (id)`
 */
export async function buildIndex(
  queryRunner: QueryRunner,
  name: string,
  { definition, unique = false }: { readonly definition: string; readonly unique?: boolean },
): Promise<void> {
  const broken = (await queryRunner.query(
    `SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid`,
    [name],
  )) as readonly unknown[];
  if (broken.length > 0) await dropIndex(queryRunner, name);
  const kind = `${unique ? 'UNIQUE ' : ''}INDEX ${concurrently(queryRunner)}`;
  await queryRunner.query(`CREATE ${kind} IF NOT EXISTS ${name} ${definition}`);
}

/** Drops an index while the table is read and written; see `buildIndex`. */
export async function dropIndex(queryRunner: QueryRunner, name: string): Promise<void> {
  await queryRunner.query(`DROP INDEX ${concurrently(queryRunner)} IF EXISTS ${name}`);
}

function concurrently({ isTransactionActive }: QueryRunner): string {
  return isTransactionActive ? '' : 'CONCURRENTLY';
}
