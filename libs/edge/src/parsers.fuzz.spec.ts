import { describe, expect, it } from '@jest/globals';
import {
  groupedIn,
  isGroup,
  type FieldCondition,
  type PayloadCondition,
  MemoryError,
  toNamespace,
  type JsonObject,
} from '@sfm/memory';
import { LINEAR_GROWTH, timeGrowth } from '@sfm/memory/testing';
import fc from 'fast-check';
import type { z } from 'zod';
import { fuzzing, hostileText, REPEATED } from '../../../test/services/fuzzing.js';
import { InvalidShapeError } from './checks/field-problem.js';
import { readShape } from './checks/read-shape.js';
import { parseFilter } from './filters/filter-syntax.js';
import { PageCursor } from './mapping/page-cursor.js';
import { instant } from './schemas/fields.js';
import { ReindexBodySchema, VerifyBodySchema } from './schemas/maintenance.schemas.js';
import { NewMemorySchema } from './schemas/memory.schemas.js';
import { RecallBodySchema } from './schemas/recall.schemas.js';

const NAMESPACE = toNamespace('ns');
const OPERATORS = [
  'eq',
  'in',
  'contains',
  'exists',
  'gt',
  'lte',
  'ne',
  'nin',
  'all',
  'prefix',
  'not',
  'geo_radius',
  'near',
  '__proto__',
];

/** What the work gives, or undefined when it refuses the input as a fault of its caller; anything else is our fault. */
function given<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof MemoryError || error instanceof InvalidShapeError) return undefined;
    throw error;
  }
}

const anything = fc.anything({ key: hostileText, values: [hostileText, fc.double(), fc.constant(null)], maxDepth: 3 });
const filters = fc.dictionary(
  fc.oneof(hostileText, fc.constantFrom('and', 'or', 'not')),
  fc.oneof(anything, fc.dictionary(fc.oneof(fc.constantFrom(...OPERATORS), hostileText), anything, { maxKeys: 3 })),
  { maxKeys: 5 },
);

function fieldsIn(condition: PayloadCondition): readonly FieldCondition[] {
  return isGroup(condition) ? groupedIn(condition).flatMap(fieldsIn) : [condition];
}

describe('whatever is given', () => {
  it('a filter is refused, or becomes conditions on paths without empty steps', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const conditions = given(() => parseFilter(JSON.parse(JSON.stringify(filter)) as JsonObject)) ?? [];
        for (const { path } of conditions.flatMap(fieldsIn)) {
          expect(path.length).toBeGreaterThan(0);
          expect(path).not.toContain('');
        }
      }),
      fuzzing(),
    );
  });

  it('a text is no cursor, however it resembles one', () => {
    const cursors = new PageCursor('secret');
    const real = cursors.write(NAMESPACE, { createdAtMs: 1, id: 1 });
    const alike = fc.tuple(fc.nat(real.length), hostileText).map(([at, text]) => real.slice(0, at) + text);
    fc.assert(
      fc.property(fc.oneof(hostileText, alike, fc.base64String()), (cursor) => {
        const position = given(() => cursors.read(NAMESPACE, cursor));
        // Marks that base64 does not know are passed over: such a text is the cursor itself.
        const same = Buffer.from(cursor, 'base64url').equals(Buffer.from(real, 'base64url'));
        expect(position).toEqual(same ? { createdAtMs: 1, id: 1 } : undefined);
      }),
      fuzzing(),
    );
  });

  it.each<[string, z.ZodType, readonly string[]]>([
    ['a memory', NewMemorySchema, ['coordinate', 'payload', 'type', 'importance', 'expires_at']],
    ['a question', RecallBodySchema, ['query', 'top_k', 'filter', 'type', 'mode', 'context', 'recency', 'keywords']],
    ['a verification', VerifyBodySchema, ['namespace', 'fix']],
    ['a rebuild', ReindexBodySchema, ['namespace']],
    ['an instant', instant('when'), []],
  ])('%s is refused as such, or read', (_, schema, names) => {
    const bodies = fc.oneof(anything, fc.dictionary(fc.constantFrom(...names, 'surprise'), anything), hostileText);
    fc.assert(
      fc.property(bodies, (body) => void given(() => readShape(schema, body))),
      fuzzing(),
    );
  });
});

describe('a text of one part over and over takes time in proportion to its length', () => {
  const cursors = new PageCursor('secret');
  const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
    'as a path of a filter': (text) => parseFilter({ [text]: 1 }),
    'as a cursor': (text) => cursors.read(NAMESPACE, text),
    'as an instant': (text) => readShape(instant('when'), text),
    'as every field of a memory': (text) =>
      readShape(NewMemorySchema, { coordinate: text, payload: text, type: text, expires_at: text }),
    'as every field of a question': (text) =>
      readShape(RecallBodySchema, {
        query: text,
        type: text,
        mode: text,
        created_from: text,
        keywords: { terms: [text] },
      }),
  };

  it.each(Object.entries(PARSERS))('%s', async (_, parse) => {
    for (const { start, unit, end } of REPEATED) {
      const work = (size: number) => given(() => parse(start + unit.repeat(size) + end));
      const growth = await timeGrowth(work, 1000);
      expect({ unit, isLinear: growth < LINEAR_GROWTH, growth }).toEqual({ unit, isLinear: true, growth });
    }
  });
});
