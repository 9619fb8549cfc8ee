import type { IHeaders, Message } from 'kafkajs';

/** Below the brokers' usual limit of 1,048,588 for a batch, which a chunk becomes when its keys meet in a partition. */
const MAX_CHUNK_BYTES = 900_000;
/** Varints, timestamps and the like of one record. */
const RECORD_OVERHEAD = 32;

/**
 * Divides messages, in order, into chunks that the brokers take whole. A message that is too large on its own stands
 * alone in its chunk, so that a refusal concerns nobody else.
 */
export function chunkMessages<Item>(items: readonly Item[], messageOf: (item: Item) => Message): Item[][] {
  const chunks: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = sizeOf(messageOf(item));
    if (bytes > room || chunks.length === 0) {
      chunks.push([]);
      room = MAX_CHUNK_BYTES;
    }
    chunks.at(-1)?.push(item);
    room -= bytes;
  }
  return chunks;
}

function sizeOf({ key, value, headers = {} }: Message): number {
  return RECORD_OVERHEAD + bytesOf(key) + bytesOf(value) + headerBytes(headers);
}

function headerBytes(headers: IHeaders): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    for (const part of Array.isArray(value) ? value : [value]) bytes += Buffer.byteLength(name) + bytesOf(part) + 4;
  }
  return bytes;
}

function bytesOf(value: Buffer | string | null | undefined): number {
  return value === null || value === undefined ? 0 : Buffer.byteLength(value);
}
