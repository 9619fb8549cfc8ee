import type { JsonObject } from '../../model/json.js';
import type { Namespace } from '../../model/namespace.js';
import type { LinkEnd } from './link.js';

/** A validated link to write. */
export interface LinkCommand {
  readonly namespace: Namespace;
  readonly from: LinkEnd;
  readonly to: LinkEnd;
  readonly type: string;
  readonly weight: number;
  readonly metadata: JsonObject;
  /** JSON text of the metadata, on one line. */
  readonly metadataJson: string;
  /** Identity of the ledger row and event, should there be a change: UUIDv7. */
  readonly eventId: string;
  /** W3C trace context of the request; travels with the event. */
  readonly traceparent?: string;
}

/** The ends at which a memory must live. */
export type RequiredEnds = 'both' | 'from' | 'none';

export interface LinkReceipt {
  readonly version: number;
  readonly created: boolean;
  /** False when the link was as it is before: no version, ledger row or event was made. */
  readonly changed: boolean;
}

/** The links to remove. */
export interface UnlinkCommand {
  readonly namespace: Namespace;
  readonly fromKey: string;
  readonly toKey: string;
  /** Every type when omitted. */
  readonly type?: string;
  readonly traceparent?: string;
}

/** Which of the links of one coordinate to remove; one that any of the bounds excludes goes. */
export interface PruneCommand {
  readonly namespace: Namespace;
  readonly fromKey: string;
  /** Only links of this type are looked at. */
  readonly type?: string;
  /** Links that weigh less go. */
  readonly weightBelow?: number;
  /** Of the heaviest, this many stay; of two that weigh the same, the older one. */
  readonly maxDegree?: number;
  /** Otherwise nothing is removed when nothing would be left. */
  readonly allowsAll: boolean;
  readonly traceparent?: string;
}

export interface PruneReceipt {
  readonly removed: number;
  /** Links that were looked at, if all of them would have gone and that was not allowed. */
  readonly refused?: number;
}

/**
 * Writes links: the link, its ledger row and its outbox row in one transaction, by each method for all its links or for
 * none. What a deletion of a memory, or its expiry, takes with it is not reported by a row of its own: the `deleted` event
 * of an end says that its links went too.
 *
 * A change that failed changes nothing later; changes of the links of one coordinate happen in the order of the calls.
 * All methods throw StoreUnavailableError when nothing was changed for certain, OutcomeUnknownError otherwise.
 */
export abstract class LinkWriter {
  /**
   * Makes a link, or changes the one of the same from, to and type. A link belongs to the memories that live at its ends
   * when it is made, and goes with the first of them; an end without a memory is a bare coordinate.
   *
   * @throws MemoryNotFoundError when no memory lives at an end that is required
   */
  abstract link(command: LinkCommand, required: RequiredEnds): Promise<LinkReceipt>;

  /** Resolves with the number of links removed. */
  abstract unlink(command: UnlinkCommand): Promise<number>;

  abstract prune(command: PruneCommand): Promise<PruneReceipt>;
}
