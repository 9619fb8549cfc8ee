import { identityOf, VersionConflictError, type Namespace, type WriteCommand } from '@sfm/memory';
import type { RunInTransaction } from '../connection/postgres-database.js';
import { isLive } from '../rows/live-memory.js';

/** A command that may require a version; `expectedVersion` as in `WriteCommand`. */
export interface Expecting {
  readonly namespace: Namespace;
  readonly key: string;
  readonly expectedVersion?: number;
}

interface Standing {
  version: number;
  live: boolean;
}

/** The versions of commands' coordinates at the time they were locked. */
export class ExpectedVersions {
  private constructor(private readonly standing: ReadonlyMap<string, Standing>) {}

  /**
   * Locks the rows of the commands, in key order, and compares their versions with the expected ones. Of several
   * commands for one coordinate, each is compared with the result of those before it.
   *
   * @throws VersionConflictError
   */
  static async lock(
    run: RunInTransaction,
    commands: readonly Expecting[],
    effect: 'write' | 'delete',
  ): Promise<ExpectedVersions> {
    const rows = await run<Standing & { namespace: string; key: string }>({
      text: `SELECT m.namespace, m.coordinate_key AS key, m.version, ${isLive('m')} AS live
        FROM (SELECT DISTINCT namespace, key FROM unnest($1::text[], $2::text[]) AS a (namespace, key)) AS wanted
        JOIN memories m ON m.namespace = wanted.namespace AND m.coordinate_key = wanted.key
        ORDER BY m.namespace, m.coordinate_key FOR UPDATE OF m`,
      values: [commands.map(({ namespace }) => namespace), commands.map(({ key }) => key)],
    });
    const before = new Map(rows.map(({ version, live, ...row }) => [identityOf(row), { version, live }]));
    const standing = new Map(before);
    for (const command of commands) {
      const { version, live } = standing.get(identityOf(command)) ?? { version: 0, live: false };
      const actual = live ? version : 0;
      if (command.expectedVersion !== undefined && command.expectedVersion !== actual) throw conflict(command, actual);
      standing.set(identityOf(command), { version: version + 1, live: effect === 'write' });
    }
    return new ExpectedVersions(before);
  }

  /**
   * Compares the written versions with the expected ones: a coordinate that did not exist could not be locked, and may
   * have been written since.
   *
   * @throws VersionConflictError: the transaction must not be committed
   */
  confirm(written: readonly (Expecting & { readonly version: number })[]): void {
    const demanding = new Set(written.filter(({ expectedVersion }) => expectedVersion !== undefined).map(identityOf));
    const next = new Map([...this.standing].map(([id, { version }]) => [id, version]));
    for (const command of written) {
      const expected = (next.get(identityOf(command)) ?? 0) + 1;
      if (command.version !== expected && demanding.has(identityOf(command)))
        throw conflict(command, command.version - 1);
      next.set(identityOf(command), expected);
    }
  }

  /**
   * Compares the version of what is gone with the one that a command takes back.
   *
   * @throws VersionConflictError
   */
  confirmRevived(command: Expecting & Pick<WriteCommand, 'revives'>): void {
    const { version = 0 } = this.standing.get(identityOf(command)) ?? {};
    if (version !== command.revives) throw conflict(command, version);
  }

  /**
   * Compares the deleted rows with the locked ones: a coordinate without a live memory may have been written since.
   *
   * @throws VersionConflictError: the transaction must not be committed
   */
  confirmGone(deleted: readonly Expecting[]): void {
    for (const command of deleted) {
      const isDemanding = command.expectedVersion !== undefined;
      if (isDemanding && !this.standing.get(identityOf(command))?.live) throw conflict(command, 1);
    }
  }
}

function conflict({ namespace, key, expectedVersion = 0 }: Expecting, actual: number): VersionConflictError {
  return new VersionConflictError({ namespace, key, expected: expectedVersion, actual });
}
