const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const encoder = new TextEncoder();
let scratch = new Uint8Array(256);

/**
 * MurmurHash3 x86 32-bit of the text's UTF-8 bytes: the same number on every platform.
 *
 * Source: Austin Appleby, MurmurHash3 (public domain).
 */
export function murmur3(text: string, seed: number): number {
  // UTF-8 needs at most three bytes per UTF-16 unit.
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 3);
  const { written: length } = encoder.encodeInto(text, scratch);
  const bodyEnd = length & ~3;
  let hash = seed >>> 0;
  for (let position = 0; position < bodyEnd; position += 4) {
    hash ^= scramble(
      byteAt(position) | (byteAt(position + 1) << 8) | (byteAt(position + 2) << 16) | (byteAt(position + 3) << 24),
    );
    hash = Math.imul(rotate(hash, 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let position = length - 1; position >= bodyEnd; position--) tail = (tail << 8) | byteAt(position);
  if (length > bodyEnd) hash ^= scramble(tail);
  return avalanche(hash ^ length);
}

function byteAt(position: number): number {
  return scratch[position] ?? 0;
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, C1), 15), C2);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function avalanche(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
