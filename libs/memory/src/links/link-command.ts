import { v7 as uuidv7 } from 'uuid';
import { coordinateKey, toCoordinate } from '../model/coordinate.js';
import { InvalidRequestError } from '../model/errors.js';
import type { JsonObject } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';
import { checkPayload, checkText, type PayloadLimits } from '../model/payload.js';
import { MAX_LINK_TYPE_LENGTH, type LinkEnd } from './ports/link.js';
import type { LinkCommand } from './ports/link-writer.port.js';

/** A link as received from a caller. The edge checks its shape; the core checks its values. */
export interface NewLink {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly type: string;
  readonly weight: number;
  readonly metadata?: JsonObject;
  /** True to let it lead to where it begins, as existing clients may. @default false */
  readonly allowsSelf?: boolean;
}

export interface LinkLimits extends PayloadLimits {
  readonly maxDimensions: number;
}

/** Most bytes of metadata: a link is small, what is to be remembered belongs into a memory. */
const MAX_METADATA_BYTES = 16_384;

/** Longest text of both ends and type together: index entries have a limit of about 2700 bytes. */
const MAX_IDENTITY_BYTES = 2_300;

/**
 * Checks a new link against the limits.
 *
 * @throws InvalidRequestError naming the field (`from`, `to`, `type`, `weight`, `metadata`) and what is allowed.
 */
export function toLinkCommand(namespace: Namespace, link: NewLink, limits: LinkLimits): LinkCommand {
  const from = toEnd(link.from, limits, 'from');
  const to = toEnd(link.to, limits, 'to');
  if (link.allowsSelf !== true) checkEnds(from.key, to.key);
  checkLinkType(link.type);
  if (Buffer.byteLength(namespace + from.key + to.key + link.type) > MAX_IDENTITY_BYTES) {
    throw new InvalidRequestError('to', `must, with from and type, have a text of at most ${MAX_IDENTITY_BYTES} bytes`);
  }
  checkWeight(link.weight);
  const metadata = link.metadata ?? {};
  return {
    namespace,
    from,
    to,
    type: link.type,
    weight: link.weight === 0 ? 0 : link.weight,
    metadata,
    metadataJson: metadataJson(metadata, limits),
    eventId: uuidv7(),
  };
}

/** @throws InvalidRequestError when a link leads to where it begins. */
function checkEnds(from: string, to: string): void {
  if (from === to) throw new InvalidRequestError('to', 'must be another coordinate than the one the link leads from');
}

/** @throws InvalidRequestError for a name that cannot be one of a type of links. */
export function checkLinkType(type: string, field = 'type'): void {
  if (type === '') throw new InvalidRequestError(field, 'must not be empty');
  if (type.length > MAX_LINK_TYPE_LENGTH) {
    throw new InvalidRequestError(field, `must be at most ${MAX_LINK_TYPE_LENGTH} characters, got ${type.length}`);
  }
  checkText(type, field);
}

/** @throws InvalidRequestError unless paths can be added up from it. */
export function checkWeight(weight: number, field = 'weight'): void {
  if (!Number.isFinite(weight) || weight < 0)
    throw new InvalidRequestError(field, 'must be a finite number, 0 or more');
}

function toEnd(values: readonly number[], { maxDimensions }: LinkLimits, field: string): LinkEnd {
  const coordinate = toCoordinate(values, maxDimensions, field);
  return { coordinate, key: coordinateKey(coordinate) };
}

function metadataJson(metadata: JsonObject, { maxDepth, maxBytes }: LinkLimits): string {
  try {
    return checkPayload(metadata, { maxDepth, maxBytes: Math.min(maxBytes, MAX_METADATA_BYTES) });
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    throw new InvalidRequestError(error.field.replace(/^payload/, 'metadata'), error.allowed);
  }
}
