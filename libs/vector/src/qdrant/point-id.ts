import { createHash } from 'node:crypto';

/** A random UUID, ours: the name space of version 5 UUIDs of points. */
const NAME_SPACE = Buffer.from('6f1c7b0e5d0a4e0b9f3c2a8d4b7e1c95', 'hex');

/** Id of a memory's point: UUID version 5 (RFC 9562) of namespace and key, the same in every collection. */
export function pointId(namespace: string, key: string): string {
  const hash = createHash('sha1').update(NAME_SPACE).update(`${namespace}\n${key}`).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
