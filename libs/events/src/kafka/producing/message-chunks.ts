import type { IHeaders, Message } from 'kafkajs';

/**
 * Below the brokers' usual batch limit of 1,048,588 bytes: a chunk becomes one batch when all its keys are in one
 * partition.
 */
const MAX_CHUNK_BYTES = 900_000;
/** Bytes for varints, timestamps and other fields of one record. */
const RECORD_OVERHEAD = 32;

/**
 * Divides messages, in order, into chunks that the brokers accept whole. A message that is too large gets a chunk of
 * its own, so that its refusal affects no other message.
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
