import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fuzzing, hostileText, REPEATED } from '../../../../test/services/fuzzing.js';
import { fromEnvelope, toEnvelopeDetails } from '../event-model/envelope.js';
import { toForeignChange } from '../indexing/events/foreign-event.js';
import { lineBounds } from '../portability/file/line-bounds.js';
import { asRecord } from '../portability/foreign/foreign-formats.js';
import { readRecord } from '../portability/file/read-record.js';
import { memoryLine } from '../portability/file/record-lines.js';
import { IMPORT_FORMATS, importParts, type ImportFormat } from '../portability/transfer/import-parts.js';
import { fileOf } from '../testing/contracts/portability.contract.js';
import { queryDates } from '../recall/dates/query-dates.js';
import { LINEAR_GROWTH, timeGrowth } from '../testing/time-growth.js';
import { analyzeQuery } from '../text/query-analysis.js';
import { analyzeText } from '../text/text-analyzer.js';
import { coordinateKey, parseCoordinate, toCoordinate } from './coordinate.js';
import { MemoryError } from './errors.js';
import type { MemoryEvent } from '../event-model/memory-event.js';
import type { JsonObject, JsonValue } from './json.js';
import { stringifyJson } from './json-number.js';
import { toNamespace } from './namespace.js';
import { parseJson } from './parse-json.js';
import { checkPayload } from './payload.js';
import { readTime } from './time.js';

const NOW = new Date('2026-01-31T12:00:00Z');
const LIMITS = { maxDepth: 32, maxBytes: 1_000_000, maxDimensions: 64, maxBulkItems: 100 };
const FIELDS = { text: ['text'], session: ['session'], source: ['source'], time: ['timestamp'] };

/** What the work gives, or undefined when it refuses the input as a fault of its caller; anything else is our fault. */
function given<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof MemoryError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads a file to its end, or until it is refused as a fault of whoever sent it. Gives the number of records. */
async function readFile(text: string, format?: ImportFormat, pieceBytes?: number): Promise<number> {
  let records = 0;
  try {
    const options = {
      verifies: false,
      maxLineBytes: 100_000_000,
      bounds: lineBounds(LIMITS),
      ...(format ? { format } : {}),
    };
    for await (const part of importParts(fileOf(text, pieceBytes), options)) records += part.records.length;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
  return records;
}

const hostileJson: fc.Arbitrary<JsonValue> = fc
  .letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(hostileText, fc.double(), fc.maxSafeInteger(), fc.constantFrom<JsonValue>(true, null, '', -0, 1e308)),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(fc.oneof(hostileText, fc.constantFrom('__proto__', 'coordinate', 'timestamp')), tie('value'), {
        maxKeys: 6,
      }),
    ),
  }))
  .value.map((value) => parseJson(JSON.stringify(value)) as JsonValue);

describe('whatever is given', () => {
  it('a coordinate is refused, or its key names the same coordinate again', () => {
    const texts = fc.oneof(
      hostileText,
      fc.array(fc.oneof(hostileText, fc.double().map(String))).map((all) => all.join()),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const coordinate = given(() => parseCoordinate(text, 64));
        if (coordinate === undefined) return;
        expect(coordinate.length).toBeLessThanOrEqual(64);
        expect(coordinate.every((number) => Number.isFinite(number) && !Object.is(number, -0))).toBe(true);
        expect(parseCoordinate(coordinateKey(coordinate), 64)).toEqual(coordinate);
        expect(toCoordinate(coordinate, 64)).toEqual(coordinate);
      }),
      fuzzing(),
    );
  });

  it('a time is read as a moment of the calendar, or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.date().map(String), fc.double(), fc.bigInt().map(String)), (value) => {
        const time = readTime(value);
        if (time !== undefined) expect(Number.isNaN(new Date(time).getTime())).toBe(false);
      }),
      fuzzing(),
    );
  });

  it('the dates of a question are spans that begin before they end', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { written, relative } = queryDates(text, NOW);
        expect(written.length).toBeLessThanOrEqual(16);
        for (const { fromMs, toMs } of relative) expect(fromMs).toBeLessThan(toMs);
      }),
      fuzzing(),
    );
  });

  it('JSON is refused as the language refuses it, or written back the same', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, hostileJson.map(String), fc.json({ stringUnit: 'binary' })), (text) => {
        const value = given(() => parseJson(text));
        if (value === undefined) expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
        else expect(parseJson(stringifyJson(value))).toEqual(value);
      }),
      fuzzing(),
    );
  });

  it('a payload is refused, or given back by what is stored of it', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileJson), (entries) => {
        const payload = { ...entries };
        const text = given(() => checkPayload(payload, LIMITS));
        if (text !== undefined) expect(parseJson(text)).toEqual(parseJson(stringifyJson(payload)));
      }),
      fuzzing(),
    );
  });

  it('a name is refused as a namespace, or kept as it is', () => {
    fc.assert(
      fc.property(hostileText, (name) => expect([undefined, name]).toContain(given(() => toNamespace(name)))),
      fuzzing(),
    );
  });

  it('a text is cut into words, each of them once and none of them empty', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(analyzeQuery(text).terms).not.toContain('');
        analyzeText(text);
      }),
      fuzzing(),
    );
  });

  it('an event of another producer is refused as such, or becomes a change', () => {
    const events = fc.record({
      id: hostileText,
      event_id: hostileText,
      namespace: fc.oneof(hostileText, fc.constant('ns')),
      type: fc.oneof(fc.constantFrom('created', 'updated', 'deleted'), hostileText),
      timestamp: fc.oneof(hostileText, fc.double(), fc.constant(1.7e9)),
      importance: fc.option(fc.double()),
      payload: fc.oneof(
        hostileJson,
        fc.record({ coordinate: fc.oneof(hostileJson, fc.constant('1,2')), text: hostileText }),
      ),
    });
    fc.assert(
      fc.property(events, hostileJson, (event, details) => {
        const change = given(() => toForeignChange(event as MemoryEvent, { limits: LIMITS, fields: FIELDS }));
        if (change !== undefined) expect(change.occurredAt.getTime()).toBeGreaterThanOrEqual(0);
        const known = given(() => toEnvelopeDetails(details));
        const record = { event: event as MemoryEvent & { namespace: never }, key: '1,2' };
        given(() => fromEnvelope({ ...record, ...(known === undefined ? {} : { details: known }) }));
      }),
      fuzzing(),
    );
  });
});

describe('a file to import, whatever it is', () => {
  const AT = '2026-01-31T12:00:00.000Z';
  const RECORD: JsonObject = {
    ...{ kind: 'memory', coordinate: [1, 2], version: 3, type: 'semantic', payload: { text: 'kettle' }, importance: 2 },
    ...{ importance_norm: 0.5, expires_at: null, valid_from: AT, supersedes: [[3]] },
    ...{ superseded_by: [{ coordinate: [4], since: AT }], created_at: AT, updated_at: AT },
    ...{ vector: { space: 'x', values: 'AACAPw==' } },
  };

  it('has records that are refused, or written back the same', () => {
    const strange = fc.record(
      Object.fromEntries(
        Object.entries(RECORD).map(([name, value]) => [
          name,
          fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, hostileJson),
        ]),
      ),
    );
    expect(memoryLine(readMemory(RECORD)!)).toBe(`${JSON.stringify(RECORD)}\n`);
    fc.assert(
      fc.property(fc.oneof(strange, hostileJson), (record) => {
        const memory = given(() => readMemory(record));
        if (memory === undefined) return;
        const written = memoryLine(memory);
        expect(memoryLine(readMemory(parseJson(written))!)).toBe(written);
      }),
      fuzzing(),
    );
  });

  it('is refused or read to its end, of every format and in pieces of any size', async () => {
    const formats = fc.option(fc.constantFrom(...IMPORT_FORMATS), { nil: undefined });
    const pieces = fc.oneof(
      hostileText,
      hostileJson.map((value) => JSON.stringify(value)),
      fc.constantFrom(
        '{"format":"somafractalmemory","version":1}\n',
        '{"results": [',
        '<edge source="(1,)" target="2">',
        '\n',
      ),
      fc.constantFrom(
        '{"memory": "x", "id": "1"}',
        '<data key="weight">',
        ']}',
        `${JSON.stringify(RECORD)}\n`,
        '<!DOCTYPE x>',
      ),
    );
    const files = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(files, formats, fc.integer({ min: 1, max: 50 }), async (text, format, pieceBytes) => {
        const records = await readFile(text, format, pieceBytes);
        expect(await readFile(text, format)).toBe(records);
      }),
      fuzzing(),
    );
  });

  function readMemory(record: unknown) {
    const read = readRecord(asRecord(record));
    return read.kind === 'memory' ? read.memory : undefined;
  }
});

describe('a text of one part over and over takes time in proportion to its length', () => {
  const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
    'as a coordinate': (text) => parseCoordinate(text, 64),
    'as a time': readTime,
    'as a question with dates': (text) => queryDates(text, NOW),
    'as JSON': parseJson,
    'as a text in JSON': (text) => parseJson(`{"a":"${text}","b":1.0}`),
    'as a payload': (text) => checkPayload({ text }, LIMITS),
    'as a namespace': (text) => toNamespace(text),
    'as a file of ours': (text) => readFile(text, 'soma'),
    'as a file of a list': (text) => readFile(`{"results": [{"memory": "${text}`, 'mem0'),
    'as a file of links': (text) => readFile(`<graph><edge source="${text}">${text}`, 'earlier-graphml'),
    'as words': analyzeText,
    'as words that are asked for': analyzeQuery,
  };

  it.each(Object.entries(PARSERS))('%s', async (_, parse) => {
    for (const { start, unit, end } of REPEATED) {
      const work = (size: number) => given(() => parse(start + unit.repeat(size) + end));
      const growth = await timeGrowth(work, 1000);
      expect({ unit, isLinear: growth < LINEAR_GROWTH, growth }).toEqual({ unit, isLinear: true, growth });
    }
  });
});
