import { VersionNotFoundError, VersionUnavailableError } from '../model/errors.js';
import type { LedgerVersion, LedgerVersions, Standing, VersionContent } from './memory-history.port.js';

/**
 * Why the content of a version is not shown. `deleted`: its memory has been deleted, or has expired. `unknown`: an earlier
 * release did not note what was sent.
 */
export type Withholding = 'deleted' | 'unknown';

/** A version as callers may see it. */
export interface ShownVersion extends LedgerVersion {
  /** Null when the content is shown, and for a deletion, which has none. */
  readonly withheld: Withholding | null;
}

/** A version with content. */
export type ReadableVersion = LedgerVersion & { readonly content: VersionContent };

/**
 * Returns the version without its content where its memory is gone: nothing that was deleted is read again, unless the
 * deletion is taken back. A coordinate that was stored anew has begun another life, whose history starts there.
 */
export function shown(version: LedgerVersion, standing: Standing | undefined): ShownVersion {
  if (version.kind === 'deleted') return { ...version, withheld: null };
  const isGone = !standing?.isLive || version.version < standing.createdVersion;
  if (isGone) return { ...version, content: null, withheld: 'deleted' };
  return { ...version, withheld: version.content === null ? 'unknown' : null };
}

/**
 * Returns a version whose content callers may see.
 *
 * @throws VersionNotFoundError; VersionUnavailableError for a deletion, and for content that is not shown
 */
export function readableOf({ versions, standing }: LedgerVersions, wanted: number): ReadableVersion {
  const found = foundAmong({ versions, standing }, wanted);
  const { content, withheld } = shown(found, standing);
  if (content !== null) return { ...found, content };
  throw new VersionUnavailableError(wanted, withheld ?? 'deletion');
}

/** @throws VersionNotFoundError; VersionUnavailableError when the ledger has lost it */
export function foundAmong({ versions, standing }: LedgerVersions, wanted: number): LedgerVersion {
  const found = versions.find(({ version }) => version === wanted);
  if (found) return found;
  if (standing && wanted >= 1 && wanted <= standing.version) throw new VersionUnavailableError(wanted, 'erased');
  throw new VersionNotFoundError(wanted);
}
