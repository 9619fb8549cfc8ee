import type { WhyNot } from '@sfm/memory';
import { joinPath } from '../filters/filter-path.js';

type FilterPart = WhyNot['filters'][number];

const FIELDS = { type: 'type', createdFrom: 'created_from', createdBefore: 'created_before' } as const;

/** What kept a memory out of an answer. */
export function whyNotView(whyNot: WhyNot) {
  return { ...whyNot, filters: [...new Set(whyNot.filters.map(fieldOf))] };
}

/** The field of the request, in its own syntax. */
function fieldOf(part: FilterPart): string {
  if (typeof part === 'string') return FIELDS[part];
  return `filter.${'group' in part ? part.group : joinPath(part.path)}`;
}
