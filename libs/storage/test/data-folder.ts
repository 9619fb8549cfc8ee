import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** A temporary folder that other users may enter, as /var/lib or a home of mode 755 would be. */
export class DataFolder {
  private constructor(
    readonly parent: string,
    /** Not made yet. */
    readonly dataDir: string,
  ) {}

  static async make(mode = 0o755): Promise<DataFolder> {
    const parent = await realpath(await mkdtemp(path.join(tmpdir(), 'sfm-data-')));
    await chmod(parent, mode);
    return new DataFolder(parent, path.join(parent, 'data'));
  }

  async remove(): Promise<void> {
    await rm(this.parent, { recursive: true, force: true });
  }
}

/** Runs one statement on a connection of its own and returns its rows. */
export async function query(url: string, sql: string): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
