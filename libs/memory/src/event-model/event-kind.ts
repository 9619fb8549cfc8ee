/**
 * Subject of an event. `content`: the content of a memory. `relation`: links between memories. `administration`:
 * retention and other rules. Only content events create versions of a memory.
 */
export type EventKind = 'content' | 'relation' | 'administration';

/** Kind of each known event type. */
const KINDS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['created', 'content'],
  ['updated', 'content'],
  ['deleted', 'content'],
  ['linked', 'relation'],
  ['unlinked', 'relation'],
  ['policy_changed', 'administration'],
  ['erased', 'administration'],
]);

/** Returns the kind of an event `type`; undefined for a type that this version does not know. */
export function eventKind(type: string): EventKind | undefined {
  return KINDS.get(type);
}
