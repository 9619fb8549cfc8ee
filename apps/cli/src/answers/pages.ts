import type { JsonObject, JsonValue } from '@sfm/memory';
import type { MemoryClient } from '../client/memory-client.js';
import type { Operation } from '../client/operations.js';
import { objectsIn } from './fields.js';

/** A list that comes in pages. */
export interface PagedCall {
  readonly operation: Operation;
  readonly place?: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Name of the list in an answer. */
  readonly list: string;
  /** How many are wanted. */
  readonly enough?: number;
  /** What the place of a page is called in a request, and that of the next one in an answer. */
  readonly cursor?: readonly [asked: string, answered: string];
}

/** Most of a page that every service answers. */
const PAGE = 100;

/** Reads page after page, to the end or until there are enough. */
export async function* paged(client: MemoryClient, call: PagedCall): AsyncGenerator<JsonObject> {
  for await (const items of pages(client, call)) yield* objectsIn([...items]);
}

/** The same, with what each page lists as it is. */
export async function* pages(
  client: MemoryClient,
  {
    operation,
    place,
    query,
    list,
    enough = Infinity,
    cursor: [asked, answered] = ['cursor', 'next_cursor'],
  }: PagedCall,
): AsyncGenerator<readonly JsonValue[]> {
  let left = enough;
  for (let cursor: string | undefined; left > 0;) {
    const limit = String(Math.min(left, PAGE));
    const answer = await client.call(operation, {
      ...(place === undefined ? {} : { place }),
      query: { ...query, limit, [asked]: cursor },
    });
    const items = answer[list];
    if (!Array.isArray(items)) return;
    yield items;
    left -= items.length;
    const next = answer[answered];
    if (typeof next !== 'string') return;
    cursor = next;
  }
}
