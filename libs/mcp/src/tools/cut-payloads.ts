import { stringifyJson, type JsonObject } from '@sfm/memory';

/** What one answer may take of the context of a model, in characters. */
export const MAX_ANSWER_CHARACTERS = 100_000;
/** However many items there are, so much of each is shown. */
const LEAST_CHARACTERS = 500;
const HOW = 'read the rest with get_memory and payload_from';

interface WithPayload {
  readonly payload: JsonObject | null;
}

/** A payload of which a piece of its JSON text is shown. */
interface Cut {
  readonly payload_excerpt: {
    readonly text: string;
    readonly from: number;
    readonly characters: number;
    /** Where the next piece begins; null on the last. */
    readonly next_from: number | null;
    readonly how: string;
  };
}

/**
 * Returns items whose payloads fit into an answer together: those that are longer than their share come as the beginning of
 * their text, and say so.
 */
export function cutPayloads<Item extends WithPayload>(
  items: readonly Item[],
): readonly (Item | (Omit<Item, 'payload'> & Cut))[] {
  const lengths = items.map(({ payload }) => stringifyJson(payload).length);
  if (lengths.reduce((sum, length) => sum + length, 0) <= MAX_ANSWER_CHARACTERS) return items;
  const share = Math.max(LEAST_CHARACTERS, Math.floor(MAX_ANSWER_CHARACTERS / items.length));
  return items.map((item) => cutPayload(item, { from: 0, most: share }));
}

/** Returns the item with its payload, or a piece of the text of it. */
export function cutPayload<Item extends WithPayload>(
  item: Item,
  { from, most = MAX_ANSWER_CHARACTERS }: { readonly from: number; readonly most?: number },
): Item | (Omit<Item, 'payload'> & Cut) {
  const json = stringifyJson(item.payload);
  if (from === 0 && json.length <= most) return item;
  const { payload, ...rest } = item;
  const end = from + most;
  return {
    ...rest,
    payload_excerpt: {
      text: json.slice(from, end).toWellFormed(),
      from,
      characters: json.length,
      next_from: end < json.length ? end : null,
      how: HOW,
    },
  };
}
