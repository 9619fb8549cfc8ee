import type { ListQuery, MemoryPage, Namespace, Reading } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import { toMemoryFilter, type FilterFields } from './memory-filter.js';
import { fullMemoryView } from './memory-view.js';
import type { PageCursor } from './page-cursor.js';
import { toValidityChoice, type ValidityFields } from './validity.js';

/** A request for a page of memories. */
export interface PageFields extends FilterFields, ValidityFields {
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** @throws InvalidRequestError naming the field that is over a limit or not allowed. */
export function toListQuery(
  namespace: Namespace,
  fields: PageFields,
  { limits, cursors }: { readonly limits: RequestLimits; readonly cursors: PageCursor },
): Reading<ListQuery> {
  const filter = toMemoryFilter(fields);
  return {
    limit: limits.topK(fields.limit, 'limit'),
    ...(fields.cursor === undefined ? {} : { after: cursors.read(namespace, fields.cursor) }),
    ...(filter ? { filter } : {}),
    ...toValidityChoice(fields),
  };
}

/** A page of memories, with the cursor of the next one. */
export function pageView(namespace: Namespace, { memories, next }: MemoryPage, cursors: PageCursor) {
  return { memories: memories.map(fullMemoryView), next_cursor: next ? cursors.write(namespace, next) : null };
}
