import type { Validity } from '../../model/validity.js';
import type { ConflictPolicy } from '../ports/import-target.port.js';

/** What is at a coordinate before a memory is imported there. */
export interface Occupant {
  /** The newest version, that of a deletion included. */
  readonly version: number;
  readonly createdVersion: number;
  readonly isLive: boolean;
  /** Of a live memory. */
  readonly contentHash: string | null;
  readonly expiresAtMs: number | null;
  /** `supersedes` without what lives there and is not superseded by it. */
  readonly validity?: Validity;
}

export interface PlacedMemory {
  /** The version in the file, and the first of the versions that come with it. */
  readonly version: number;
  readonly firstVersion: number;
  readonly contentHash: string;
  readonly expiresAtMs: number | null;
  readonly validity?: Validity;
  /** It becomes a version also where the same is there already. */
  readonly isNew?: boolean;
}

/** What to do with a memory of a file. */
export type Placement =
  | { readonly kind: 'unchanged' | 'skipped' | 'conflict' }
  /** All its versions are raised by `shift`. */
  | { readonly kind: 'imported'; readonly shift: number }
  /** It becomes the next version of the life that is there. */
  | { readonly kind: 'replaced'; readonly version: number; readonly createdVersion: number };

/**
 * Decides where a memory of a file goes. Versions of a coordinate never restart: where others have been, those of the file
 * follow them without a gap.
 */
export function placementOf(memory: PlacedMemory, occupant: Occupant | undefined, policy: ConflictPolicy): Placement {
  if (!occupant) return { kind: 'imported', shift: 0 };
  if (!occupant.isLive) return { kind: 'imported', shift: occupant.version + 1 - memory.firstVersion };
  const isSame =
    occupant.contentHash === memory.contentHash &&
    occupant.expiresAtMs === memory.expiresAtMs &&
    saysTheSame(occupant.validity, memory.validity);
  if (isSame && !memory.isNew) return { kind: 'unchanged' };
  if (policy === 'skip') return { kind: 'skipped' };
  if (policy === 'fail') return { kind: 'conflict' };
  return { kind: 'replaced', version: occupant.version + 1, createdVersion: occupant.createdVersion };
}

/** Who supersedes a memory is said by others. */
function saysTheSame(one: Validity | undefined, other: Validity | undefined): boolean {
  const said = (validity: Validity | undefined) =>
    JSON.stringify([validity?.fromMs ?? null, validity?.toMs ?? null, [...(validity?.supersedes ?? [])].sort()]);
  return said(one) === said(other);
}
