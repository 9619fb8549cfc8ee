import {
  coordinateInput,
  filterInput,
  fullMemoryView,
  historyView,
  INCLUDE_SUPERSEDED,
  knownAtField,
  memoryType,
  pageView,
  RecallBodySchema,
  recalledView,
  timeBounds,
  toListQuery,
  toRecallRequest,
  toVersionsQuery,
  validAtField,
} from '@sfm/edge';
import { z } from 'zod';
import { cutPayload, cutPayloads } from './cut-payloads.js';
import { withId } from './memory-id.js';
import { defineTool, READS } from './tool.js';

const LIST_LIMIT = 20;
const cursor = () => z.string().optional().describe('`next_cursor` of the page before.');
const limit = (what: string) =>
  z.int().min(1).default(LIST_LIMIT).describe(`${what} per page.`).meta({ 'x-at-most': 'maxTopK' });

export const searchMemories = defineTool({
  name: 'search_memories',
  title: 'Search memories',
  description:
    'Finds the memories that matter for a question, best first, by words, meaning, links, recency and importance. Ask in plain ' +
    'words; narrow with `filter`, `type` or times. `token_budget` fits the answer into your context. `explain` says why.',
  hints: READS,
  input: RecallBodySchema,
  run: async ({ places, principal }, body) => {
    const request = toRecallRequest(body, places.limits);
    const result =
      body.as_known_at === undefined
        ? await places.recaller.recall(principal, request)
        : await places.past.recallKnownAt(principal, request, new Date(body.as_known_at));
    const { hits, ...rest } = recalledView(result);
    return { hits: cutPayloads(hits.map(withId)), ...rest };
  },
});

export const getMemory = defineTool({
  name: 'get_memory',
  title: 'Read a memory',
  description:
    'Reads one memory by its id. The payload of a very large one comes in pieces of text: go on with `payload_from`.',
  hints: READS,
  input: z.strictObject({
    id: coordinateInput().describe('The id of the memory, or its coordinate.'),
    as_known_at: knownAtField(),
    payload_from: z.int().min(0).default(0).describe('`next_from` of the piece before.'),
  }),
  run: async ({ places, principal }, { id, as_known_at: at, payload_from: from }) => {
    const coordinate = places.limits.coordinateOf(id, 'id');
    const memory =
      at === undefined
        ? await places.reads.get(principal, coordinate)
        : await places.past.getKnownAt(principal, coordinate, new Date(at));
    return { ...cutPayload(withId(fullMemoryView(memory)), { from }) };
  },
});

export const listMemories = defineTool({
  name: 'list_memories',
  title: 'List memories',
  description:
    'Lists memories in the order in which they were made, a page at a time: go on while `next_cursor` is there.',
  hints: READS,
  input: z.strictObject({
    limit: limit('Memories'),
    cursor: cursor(),
    type: memoryType('Only memories of this type.').optional(),
    ...timeBounds,
    as_known_at: knownAtField(),
    valid_at: validAtField(),
    include_superseded: z.boolean().default(false).describe(INCLUDE_SUPERSEDED),
    filter: filterInput().optional(),
  }),
  run: async ({ places, principal }, body) => {
    const { namespace } = principal;
    const asked = toListQuery(namespace, body, places);
    const page =
      body.as_known_at === undefined
        ? await places.reads.list(principal, asked)
        : await places.past.listKnownAt(principal, asked, new Date(body.as_known_at));
    const { memories, next_cursor } = pageView(namespace, page, places.cursors);
    return { memories: cutPayloads(memories.map(withId)), next_cursor };
  },
});

export const getMemoryHistory = defineTool({
  name: 'get_memory_history',
  title: 'Read the history of a memory',
  description: 'Lists the versions of one memory, newest first: what it said, when, and what was deleted.',
  hints: READS,
  input: z.strictObject({
    id: coordinateInput().describe('The id of the memory, or its coordinate.'),
    limit: limit('Versions'),
    cursor: cursor(),
  }),
  run: async ({ places, principal }, { id, ...fields }) => {
    const place = { namespace: principal.namespace, coordinate: places.limits.coordinateOf(id, 'id') };
    const query = toVersionsQuery(place, fields, places);
    const page = await places.histories.history(principal, place.coordinate, query);
    const { versions, ...rest } = withId(historyView(place, page, places.cursors));
    return { ...rest, versions: cutPayloads(versions) };
  },
});
