import { NamespaceCopies, trustedNamespace, type CopyState, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Keeps copies beside the names of the namespaces that they are made in. */
export class PostgresNamespaceCopies extends NamespaceCopies {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async find(target: Namespace): Promise<CopyState | undefined> {
    const [row] = await this.database.query<{ readonly copy: CopyState | null }>({
      text: 'SELECT copy FROM namespaces WHERE name = $1',
      values: [target],
    });
    return row?.copy ? { ...row.copy, source: trustedNamespace(row.copy.source) } : undefined;
  }

  async save(target: Namespace, state: CopyState): Promise<void> {
    await this.database.queryWithRetry({
      text: 'INSERT INTO namespaces (name, copy) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET copy = excluded.copy',
      values: [target, JSON.stringify(state)],
    });
  }
}
