import type { JsonObject, MemoryFilter, MemoryType } from '@sfm/memory';
import { parseFilter } from '../filters/filter-syntax.js';

/** The parts of a request that restrict which memories are searched. */
export interface FilterFields {
  readonly type?: MemoryType | undefined;
  readonly created_from?: string | undefined;
  readonly created_before?: string | undefined;
  readonly filter?: JsonObject | undefined;
}

/** @throws InvalidRequestError naming the condition that is not allowed. */
export function toMemoryFilter(fields: FilterFields): MemoryFilter | undefined {
  const payload = fields.filter ? parseFilter(fields.filter) : [];
  const filter: MemoryFilter = {
    ...(fields.type ? { type: fields.type } : {}),
    ...(fields.created_from ? { createdFrom: Date.parse(fields.created_from) } : {}),
    ...(fields.created_before ? { createdBefore: Date.parse(fields.created_before) } : {}),
    ...(payload.length > 0 ? { payload } : {}),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
