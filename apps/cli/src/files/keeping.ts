import type { JsonObject } from '@sfm/memory';
import { stringifyJson } from '@sfm/memory';
import type { MemoryClient } from '../client/memory-client.js';
import { numberIn, objectIn, objectsIn } from '../answers/fields.js';

/** Memories sent together, and about as many bytes: below what any service takes by default. */
const TOGETHER = 500;
const BYTES_TOGETHER = 1_000_000;

/** A memory that is to be stored, and what its place in the file is called. */
export interface KeptItem {
  readonly name: string;
  readonly memory: JsonObject;
}

export interface Kept {
  readonly stored: number;
  /** Of those that were refused, by name. */
  readonly problems: readonly string[];
}

/** Stores memories in portions; each is kept or refused by itself. */
export async function keepEach(
  client: MemoryClient,
  items: AsyncIterable<KeptItem>,
  onPortion: (portion: readonly KeptItem[]) => Promise<void> | void,
): Promise<Kept> {
  const problems: string[] = [];
  let stored = 0;
  for await (const portion of portions(items)) {
    await onPortion(portion);
    const answer = await client.call('storeEach', { body: { memories: portion.map(({ memory }) => memory) } });
    stored += numberIn(answer['stored']);
    for (const { index, error } of objectsIn(answer['results'])) {
      if (error === undefined) continue;
      const { name = 'a memory' } = portion[numberIn(index)] ?? {};
      problems.push(`${name}: ${String(objectIn(error)['detail'])}`);
    }
  }
  return { stored, problems };
}

async function* portions(items: AsyncIterable<KeptItem>): AsyncGenerator<readonly KeptItem[]> {
  let portion: KeptItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = stringifyJson(item.memory).length;
    if (portion.length > 0 && (portion.length === TOGETHER || bytes + size > BYTES_TOGETHER)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(item);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}
