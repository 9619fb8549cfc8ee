import { hash } from 'node:crypto';

/** A random UUID, ours: the name space of version 5 UUIDs of points. */
const NAME_SPACE = Buffer.from('6f1c7b0e5d0a4e0b9f3c2a8d4b7e1c95', 'hex');

/** Id of a memory's point: UUID version 5 (RFC 9562) of namespace and key, the same in every collection. */
export function pointId(namespace: string, key: string): string {
  const hex = hash('sha1', Buffer.concat([NAME_SPACE, Buffer.from(`${namespace}\n${key}`)]));
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
