import type { LinkCommand } from '../../links/ports/link-writer.port.js';
import type { Namespace } from '../../model/namespace.js';
import type { WriteCommand } from '../../store/memory-writer.port.js';
import type { PortableVector } from './portable-memory.js';

/** What becomes of a record whose place is taken by something else. What is there already, unchanged, is no conflict. */
export const CONFLICT_POLICIES = ['skip', 'replace', 'fail'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** All that the truth stores about a version, derived and checked. */
export type ImportedContent = Omit<
  WriteCommand,
  'eventId' | 'expectedVersion' | 'revives' | 'traceparent' | 'namespace' | 'coordinate' | 'key' | 'isTakenOver'
>;

/** An earlier version. */
export interface ImportedVersion extends Pick<WriteCommand, 'eventId'> {
  readonly version: number;
  readonly change: 'created' | 'updated' | 'deleted';
  readonly at: Date;
  readonly content: ImportedContent | null;
}

/** A memory to import. Where no version or time is given, it is written as if it were stored now. */
export interface ImportedMemory extends ImportedContent, Pick<WriteCommand, 'coordinate' | 'key' | 'eventId'> {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Earlier versions, oldest first. */
  readonly versions: readonly ImportedVersion[];
  readonly vector?: PortableVector;
  /** True makes a version of it also where the same is there already: it comes with another vector. */
  readonly isNew?: boolean;
}

/** A link to import. */
export interface ImportedLink extends Pick<
  LinkCommand,
  'from' | 'to' | 'type' | 'weight' | 'metadata' | 'metadataJson'
> {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What became of some records. */
export interface ImportCounts {
  /** Where nothing was. */
  readonly imported: number;
  readonly replaced: number;
  /** There already, with the same content. */
  readonly unchanged: number;
  /** Their place is taken. */
  readonly skipped: number;
  /** Earlier versions that came with memories. */
  readonly versions: number;
}

/**
 * Writes what was exported into the truth: version and times as they were, ledger row and outbox row with each, so that
 * indexes and consumers follow. Each call is one transaction; calling it again changes nothing.
 *
 * - Where nothing was ever stored, a memory gets its versions and times as they were.
 * - Where one was deleted or has expired, it begins a new life: its versions follow those before, its times stay.
 * - Where one lives, the conflict policy decides. A replacement is the next version of the life that is there, written at
 *   the time in the file or that of the version before, whichever is later; it brings no earlier versions.
 *
 * What lives and is superseded by an imported memory is told so, in a version of its own unless it says so already. Who
 * supersedes an imported memory is taken from the file where nothing lived, and otherwise stays what it was.
 *
 * All methods throw StoreUnavailableError when nothing was changed for certain, OutcomeUnknownError otherwise.
 */
export abstract class ImportTarget {
  /**
   * @param memories at coordinates that are all different
   * @throws ImportConflictError naming the first whose place is taken, with the policy `fail`; InvalidRequestError when a
   * memory would supersede itself by way of others, or too many supersede one; nothing was written.
   */
  abstract memories(
    namespace: Namespace,
    memories: readonly ImportedMemory[],
    policy: ConflictPolicy,
  ): Promise<ImportCounts>;

  /**
   * Links belong to the memories that live at their ends, as all links do; an end without one is a bare coordinate.
   *
   * @param links of which no two have the same ends and type
   * @throws ImportConflictError as `memories`
   */
  abstract links(namespace: Namespace, links: readonly ImportedLink[], policy: ConflictPolicy): Promise<ImportCounts>;

  /**
   * Gives memories back their place that are superseded, by what they say, by others that do not say so: those others
   * were in no file, or their place was taken. Each gets a version without them.
   *
   * @returns how many there were
   */
  abstract settleSuperseded(namespace: Namespace): Promise<number>;
}
