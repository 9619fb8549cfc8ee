import { comparableJson, holdsJsonNumber, isJsonObject, parseJson, type JsonObject } from '@sfm/memory';

/**
 * A payload has its numbers as they were written. `jsonb` keeps neither their notation (`1e5`, `-0`) nor extreme
 * exponents, and the driver reads numbers as doubles. So a payload with such numbers is stored twice: in `payload`, for
 * filters and operators, and in `payload_text`, exactly.
 *
 * In `memories` the text counts only for the version it was written with: processes of an earlier release replace
 * `payload` and leave it.
 */
export interface PayloadColumns {
  readonly payload: JsonObject;
  /** Null, unless it has to be read instead of `payload`, which is null then. */
  readonly payload_text: string | null;
}

const IS_TEXT_CURRENT = 'm.payload_text_version = m.version';

/** SQL for the `PayloadColumns` of `memories m`; both are null where `condition` does not hold for a column. */
export function memoryPayload(condition: (column: string) => string = () => 'true'): string {
  return `CASE WHEN ${IS_TEXT_CURRENT} THEN NULL WHEN ${condition('m.payload')} THEN m.payload END AS payload,
  CASE WHEN ${IS_TEXT_CURRENT} AND ${condition('m.payload_text')} THEN m.payload_text END AS payload_text`;
}

/** SQL for the `PayloadColumns` of a ledger row. */
export function ledgerPayload(alias: string): string {
  return `CASE WHEN ${alias}.payload_text IS NULL THEN ${alias}.payload END AS payload, ${alias}.payload_text`;
}

/** Returns the payload as it was sent. */
export function payloadOf<Payload extends JsonObject | null>({
  payload,
  payload_text,
}: {
  readonly payload: Payload;
  readonly payload_text: string | null;
}): Payload | JsonObject {
  return payload_text === null ? payload : parsePayload(payload_text);
}

/** Returns the values of the two columns. */
export function toPayloadColumns({ payload, payloadJson }: WrittenPayload): PayloadTexts {
  return holdsJsonNumber(payload)
    ? { json: comparableJson(payload), text: payloadJson }
    : { json: payloadJson, text: null };
}

interface WrittenPayload {
  readonly payload: JsonObject;
  /** JSON text of the payload, exact. */
  readonly payloadJson: string;
}

interface PayloadTexts {
  readonly json: string;
  readonly text: string | null;
}

/** @throws TypeError when the text is not that of an object */
export function parsePayload(text: string): JsonObject {
  const payload = parseJson(text);
  if (isJsonObject(payload)) return payload;
  throw new TypeError('a stored payload is not an object');
}
