import { InvalidRequestError } from '../model/errors.js';
import { JsonNumber, stringifyJson } from '../model/json-number.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { validOf, type Reading } from '../model/validity.js';
import type { MemorySelection, SelectionQuery } from './memory-selection.port.js';

/** What a memory without a text for it is summarized as. */
export const NO_SUMMARY = '<no summary>';

/**
 * Reads the recent, the important and a random sample of the memories that are valid, by default at present: for reflection
 * and replay.
 */
export class SelectionService {
  constructor(private readonly selection: MemorySelection) {}

  /** See `MemorySelection.recent`. @throws InvalidRequestError for a limit that is none */
  async recent(namespace: Namespace, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    checkLimit(query.limit);
    const now = new Date();
    return this.selection.recent(namespace, { ...query, ...validOf(query, now) }, now);
  }

  /** See `MemorySelection.important`. @throws InvalidRequestError for a limit that is none */
  async important(namespace: Namespace, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    checkLimit(query.limit);
    const now = new Date();
    return this.selection.important(namespace, { ...query, ...validOf(query, now) }, now);
  }

  /** See `MemorySelection.sample`. @throws InvalidRequestError for a limit that is none */
  async sample(namespace: Namespace, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    checkLimit(query.limit);
    const now = new Date();
    return this.selection.sample(namespace, { ...query, ...validOf(query, now) }, now);
  }
}

function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 0) return;
  throw new InvalidRequestError('limit', 'must be a whole number, 0 or more');
}

/** Returns a memory in one line: its `task`, else its `fact`, as existing clients know it. */
export function summaryOf({ payload }: Pick<Memory, 'payload'>): string {
  if (Object.hasOwn(payload, 'task')) return textOf(payload, 'task');
  return Object.hasOwn(payload, 'fact') ? textOf(payload, 'fact') : NO_SUMMARY;
}

function textOf(payload: JsonObject, field: string): string {
  const value: JsonValue = payload[field] ?? null;
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  return value instanceof JsonNumber ? value.text : stringifyJson(value);
}
