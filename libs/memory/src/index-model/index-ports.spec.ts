import { expect, it } from '@jest/globals';
import type { Namespace } from '../model/namespace.js';
import type { LexicalIndex } from './lexical-index.port.js';
import type { PendingMemories } from './pending-memories.port.js';
import type { VectorIndex } from './vector-index.port.js';

/** Methods of a port that can be called without a namespace: a text is none, nor is nothing. */
type WithoutNamespace<Port> = {
  [Method in keyof Port]: Port[Method] extends (...parts: infer Parts) => unknown
    ? Parts extends [infer First, ...unknown[]]
      ? [First] extends [Namespace]
        ? never
        : Method
      : Method
    : never;
}[keyof Port];

/** Compiles for no name at all. */
const none = <Name extends never>(): readonly Name[] => [];

interface Forgetful {
  search(query: string): void;
  count(namespace?: Namespace): void;
  clear(): void;
  apply(namespace: Namespace): void;
}

it('nothing can be asked of an index without the namespace: such a call does not compile', () => {
  expect([
    ...none<WithoutNamespace<VectorIndex>>(),
    ...none<WithoutNamespace<LexicalIndex>>(),
    ...none<WithoutNamespace<PendingMemories>>(),
  ]).toEqual([]);
  const forgotten: Readonly<Record<WithoutNamespace<Forgetful>, true>> = { search: true, count: true, clear: true };
  expect(Object.keys(forgotten)).toHaveLength(3);
});
