/**
 * What an event is about. `content`: what a memory says. `relation`: how memories belong together. `administration`: the
 * rules they are kept by. Only content makes versions of a memory.
 */
export type EventKind = 'content' | 'relation' | 'administration';

/** Every type of event that has a meaning, and its kind. */
const KINDS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['created', 'content'],
  ['updated', 'content'],
  ['deleted', 'content'],
  ['linked', 'relation'],
  ['unlinked', 'relation'],
  ['policy_changed', 'administration'],
  ['erased', 'administration'],
]);

/** The kind of an event by its `type`; undefined for a type that this version does not know. */
export function eventKind(type: string): EventKind | undefined {
  return KINDS.get(type);
}
