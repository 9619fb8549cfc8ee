import { ImportConflictError, trustedNamespace } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import type { RunInTransaction } from '../connection/postgres-database.js';
import { deleteStatement } from '../writing/delete-statement.js';
import { HELD, type HeldRow } from './move-memories.js';

/** Coordinates to mirror. */
interface Mirrored {
  /** Of the move. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly keys: readonly string[];
  readonly deadlineMs: number;
}

/** Ends lives in the target that have ended in the source. @throws ImportConflictError for one of somebody else */
export async function endOtherLives(
  run: RunInTransaction,
  { id, source, target, keys, deadlineMs }: Mirrored,
): Promise<void> {
  const held = await run<HeldRow>({ text: HELD, values: [source, target, keys, id] });
  const foreign = held.find(({ mirrors, is_live, is_moved }) => mirrors === null && is_live && is_moved);
  if (foreign) throw new ImportConflictError(0, `coordinate ${foreign.key} of ${target}`);
  const ended = held.filter(
    ({ mirrors, source_life, is_moved }) =>
      (mirrors !== null || is_moved) && !(is_moved && mirrors !== null && mirrors >= (source_life ?? Infinity)),
  );
  if (ended.length === 0) return;
  const commands = ended.map(({ key }) => ({ namespace: trustedNamespace(target), key, eventId: randomUUID() }));
  await run(deleteStatement(commands, deadlineMs));
}
