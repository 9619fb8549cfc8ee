import { parse, v5 as uuidv5 } from 'uuid';

/** A random UUID of our own: the name space of the points' version 5 UUIDs. */
const NAME_SPACE = parse('6f1c7b0e-5d0a-4e0b-9f3c-2a8d4b7e1c95');

/** Id of a memory's point: UUID version 5 (RFC 9562) of namespace and key, the same in every collection. */
export function pointId(namespace: string, key: string): string {
  return uuidv5(Buffer.from(`${namespace}\n${key}`), NAME_SPACE);
}
