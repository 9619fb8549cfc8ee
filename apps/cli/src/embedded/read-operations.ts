import type { MemorySystem } from '@sfm/composition';
import {
  AuthorizedHistory,
  AuthorizedPast,
  AuthorizedReads,
  AuthorizedWatch,
  changesView,
  fullMemoryView,
  historyView,
  pageView,
  toListQuery,
  toVersionsQuery,
  toWatchStart,
} from '@sfm/edge';
import {
  isJsonObject,
  InvalidRequestError,
  MEMORY_TYPES,
  parseJson,
  type JsonObject,
  type MemoryType,
} from '@sfm/memory';
import type { Call } from '../client/memory-client.js';
import type { Checks, EmbeddedOperations } from './operation.js';

/** Memories, places and versions that are there. */
export function readOperations(
  system: MemorySystem,
  checks: Checks,
): Pick<EmbeddedOperations, 'get' | 'list' | 'range' | 'history' | 'changes'> {
  const { read, past, pastRecall, history, restore } = system;
  const { limits, cursors, positions } = checks;
  const watches = new AuthorizedWatch(system.watches);
  const reads = new AuthorizedReads(read);
  const pasts = new AuthorizedPast(past, pastRecall);
  const histories = new AuthorizedHistory(history, restore);
  const placeOf = ({ place = '' }: Call) => limits.coordinate(place, 'coordinate');
  return {
    ...pageOperations(system, checks),
    get: async (principal, call) => {
      const at = call.query?.['as_known_at'];
      return fullMemoryView(
        at === undefined
          ? await reads.get(principal, placeOf(call))
          : await pasts.getKnownAt(principal, placeOf(call), new Date(at)),
      );
    },
    changes: async (principal, { query = {} }) => {
      const { namespace } = principal;
      const { position, from_beginning: fromBeginning, wait_seconds: waitSeconds = '0' } = query;
      const start = toWatchStart(namespace, { position, from_beginning: fromBeginning === 'true' }, positions);
      return changesView(namespace, await watches.readChanges(principal, start, Number(waitSeconds) * 1000), positions);
    },
    history: async (principal, call) => {
      const place = { namespace: principal.namespace, coordinate: placeOf(call) };
      const { limit = '20', cursor } = call.query ?? {};
      const asked = toVersionsQuery(place, { limit: Number(limit), cursor }, { limits, cursors });
      return historyView(place, await histories.history(principal, place.coordinate, asked), cursors);
    },
  };
}

function pageOperations(
  { read, past, pastRecall }: MemorySystem,
  { limits, cursors }: Checks,
): Pick<EmbeddedOperations, 'list' | 'range'> {
  const reads = new AuthorizedReads(read);
  const pasts = new AuthorizedPast(past, pastRecall);
  return {
    list: async (principal, { query = {} }) => {
      const { limit = '50', cursor, filter, as_known_at: at } = query;
      const fields = {
        limit: Number(limit),
        cursor,
        type: typeIn(query['type'], 'type'),
        filter: filter === undefined ? undefined : objectIn(filter),
      };
      const asked = toListQuery(principal.namespace, fields, { limits, cursors });
      const page =
        at === undefined ? await reads.list(principal, asked) : await pasts.listKnownAt(principal, asked, new Date(at));
      return pageView(principal.namespace, page, cursors);
    },
    range: async (principal, { query = {} }) => {
      const { min = '', max = '', limit = '1000', cursor } = query;
      const type = typeIn(query['type'], 'type');
      const { coordinates, next } = await reads.range(principal, {
        min: limits.coordinate(min, 'min'),
        max: limits.coordinate(max, 'max'),
        limit: Number(limit),
        ...(type ? { type } : {}),
        ...(cursor === undefined ? {} : { after: cursors.read(principal.namespace, cursor) }),
      });
      return {
        coords: coordinates,
        ...(next ? { next_cursor: cursors.write(principal.namespace, next) } : {}),
      };
    },
  };
}

function typeIn(text: string | undefined, field: string): MemoryType | undefined {
  if (text === undefined) return undefined;
  const type = MEMORY_TYPES.find((known) => known === text);
  if (type) return type;
  throw new InvalidRequestError(field, `must be one of ${MEMORY_TYPES.join(', ')}`);
}

function objectIn(text: string): JsonObject {
  const value: unknown = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new InvalidRequestError('filter', 'must be a JSON object');
}
