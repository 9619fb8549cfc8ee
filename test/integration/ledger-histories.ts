import {
  JsonNumber,
  parseJson,
  stringifyJson,
  toNamespace,
  type JsonObject,
  type JsonValue,
  type MemoryType,
  type Namespace,
} from '@sfm/memory';
import { WRITTEN_NUMBERS, writtenNumbers } from '@sfm/memory/testing';
import fc from 'fast-check';

interface StoreStep {
  readonly kind: 'store';
  readonly namespace: Namespace;
  readonly memories: readonly {
    readonly coordinate: readonly number[];
    readonly payload: JsonObject;
    readonly type: MemoryType;
    readonly importance?: number;
    /** From now; in the past for a memory that has expired. */
    readonly expiresInMs?: number;
    readonly validFrom?: Date;
    readonly validTo?: Date;
    /** Passed over where nothing lives. */
    readonly supersedes?: readonly (readonly number[])[];
  }[];
}

interface DeleteStep {
  readonly kind: 'delete';
  readonly namespace: Namespace;
  readonly coordinates: readonly (readonly number[])[];
}

/** What a version held is stored again, also where it was deleted; without effect where there is no such version. */
interface RestoreStep {
  readonly kind: 'restore';
  readonly namespace: Namespace;
  readonly coordinate: readonly number[];
  readonly version: number;
}

/** An event of another producer: it is on the bus before it is processed, and may be processed twice. */
interface ForeignStep {
  readonly kind: 'foreign';
  readonly namespace: Namespace;
  readonly type: 'created' | 'updated' | 'deleted';
  readonly coordinate: readonly number[];
  readonly payload: JsonObject;
  readonly importance?: number;
  readonly id: string;
  readonly agoSeconds: number;
  readonly isProcessedLate: boolean;
}

/** The relay publishes what waits. */
interface PublishStep {
  readonly kind: 'publish';
}

export type Step = StoreStep | DeleteStep | RestoreStep | ForeignStep | PublishStep;

const NAMESPACES = ['histories:a', 'histories:b'].map((name) => toNamespace(name));
/** Few, so that a history comes back to them; some that print unlike they are written. */
const COORDINATES = [[1], [1, 2], [0.1, 1e-7, -3.5e21], [-0.5]];
/** What the envelope puts into a payload, as callers have it too. */
const OWN_VALUES: Readonly<Record<string, readonly JsonValue[]>> = {
  coordinate: [[1, 2], 'at home', null],
  memory_type: ['procedural', 'episodic', 7],
  importance_norm: [0.25, 'high'],
  timestamp: [0, 1_700_000_000.123456, new JsonNumber('1764500000.0'), '2024-02-30', null],
};
const NUMBERS = [0, -1, 0.1, 1e-7, 1.5e300, 5e-324, 9007199254740991, -0.30000000000000004, 123456789.000001];
const WRITTEN = WRITTEN_NUMBERS.map((text) => new JsonNumber(text));
const anyNumber = writtenNumbers().map((text) => parseJson(text) as JsonValue);
const PROTOTYPES = ['__proto__', 'constructor', 'prototype'];

const payload = fc
  .record({
    text: fc.oneof(fc.constantFrom('the ladder stands in the shed', 'Grüße 🦉', ''), fc.string({ unit: 'grapheme' })),
    session: fc.option(fc.constantFrom('s1', 's2', 's'.repeat(300)), { nil: undefined }),
    number: fc.option(fc.constantFrom<JsonValue>(...NUMBERS, ...WRITTEN), { nil: undefined }),
    written: fc.option(
      fc.dictionary(fc.constantFrom('n', ...PROTOTYPES), fc.oneof(fc.constantFrom(...WRITTEN), anyNumber)),
      {
        nil: undefined,
      },
    ),
    deep: fc.option(fc.jsonValue({ maxDepth: 3, noUnicodeString: false }), {
      nil: undefined,
    }),
    importance: fc.option(fc.constantFrom(2, -1.5), { nil: undefined }),
    ...Object.fromEntries(
      Object.entries(OWN_VALUES).map(([name, values]) => [
        name,
        fc.option(fc.constantFrom(...values), { nil: undefined }),
      ]),
    ),
  })
  .map((fields) => parseJson(stringifyJson(fields)) as JsonObject)
  .filter(isStorable);

const namespace = fc.constantFrom(...NAMESPACES);
const coordinate = fc.constantFrom(...COORDINATES);
const importance = fc.option(fc.constantFrom(0, 0.5, 3, 1e6, -2), { nil: undefined });

const memory = fc.record({
  coordinate,
  payload,
  type: fc.constantFrom<MemoryType>('episodic', 'semantic'),
  importance,
  expiresInMs: fc.option(fc.constantFrom(-3_600_000, 86_400_000), { nil: undefined }),
  validFrom: fc.option(fc.constantFrom(new Date(-1), new Date('2026-01-31T12:00:00.123Z')), { nil: undefined }),
  validTo: fc.option(fc.constant(new Date('2199-12-31T00:00:00Z')), { nil: undefined }),
  supersedes: fc.option(fc.uniqueArray(coordinate, { maxLength: 2 }), { nil: undefined }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('store' as const),
      namespace,
      memories: fc.array(memory, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      namespace,
      coordinates: fc.uniqueArray(coordinate, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('restore' as const),
      namespace,
      coordinate,
      version: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('foreign' as const),
      namespace,
      type: fc.constantFrom('created' as const, 'updated' as const, 'deleted' as const),
      coordinate,
      payload,
      importance,
      id: fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' })),
      agoSeconds: fc.constantFrom(0, 1, 86_400),
      isProcessedLate: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'publish' as const }) },
);

/** What became of a few memories: stored, written over, deleted, restored, expired, said by others, published in between. */
export function arbitraryHistory({ minLength = 1 } = {}): fc.Arbitrary<readonly Step[]> {
  return fc.array(step, { minLength, maxLength: Math.max(25, minLength + 20) });
}

/** The limits of payloads are not what is tested. */
function isStorable(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000');
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => isStorable(name) && isStorable(member));
}
