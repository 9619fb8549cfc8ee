import { valueAt, type JsonValue, type MemoryFilter, type PayloadCondition } from '@sfm/memory';
import { CodeLists } from './code-lists.js';
import type { HeldPoint } from './held-point.js';
import type { PointTable } from './point-table.js';

/** Maximum number of fields remembered; the least recently requested one is evicted. */
const MAX_COLUMNS = 8;
/** Number of characters of a string that its code is computed from. */
const CODED_CHARACTERS = 64;

/** Codes of values. Scalars have codes from 2 on, and may share them. */
const ABSENT = 0;
const COMPOSITE = 1;
const FIRST_SCALAR = 2;

/** The codes of one field, by slot. A freed slot keeps its code until it is reused. */
interface Column {
  readonly read: (point: HeldPoint) => JsonValue | undefined;
  codes: Uint32Array;
  readonly lists: CodeLists;
}

/** The codes that the value of a matching point may have. */
interface Admission {
  readonly admits: (code: number) => boolean;
  /** The admitted code, when there is only one. */
  readonly only?: number;
}

interface Test extends Admission {
  readonly column: Column;
}

/**
 * Rules out most points that do not match a filter by one number each, without touching the point: reading the payloads
 * of all points that share a word with a query takes longer than scoring them.
 *
 * A field gets a column when it is first requested; the column then follows the points: 4 bytes for each of them.
 */
export class FilterSieve {
  readonly #columns = new Map<string, Column>();

  constructor(private readonly table: PointTable<HeldPoint>) {}

  /** Records the new point of a slot. */
  put(slot: number, point: HeldPoint): void {
    for (const column of this.#columns.values()) {
      if (slot >= column.codes.length) column.codes = grown(column.codes, this.table.capacity);
      const code = codeOf(column.read(point));
      const former = column.codes[slot]!;
      if (code !== former) column.lists.moved(slot, former, code);
      column.codes[slot] = code;
    }
  }

  /**
   * Returns the slots of the points that may match, ascending; each point must still be checked. Undefined when the
   * filter rules out nothing by itself. Valid until points change.
   */
  slots(filter: MemoryFilter | undefined): readonly number[] | undefined {
    const tests = this.#tests(filter);
    const start = tests.find(({ only }) => only !== undefined) ?? tests[0];
    if (!start) return undefined;
    let slots = this.#slotsOf(start);
    for (const test of tests) {
      const { codes } = test.column;
      if (test !== start) slots = slots.filter((slot) => test.admits(codes[slot]!));
    }
    return slots;
  }

  /** Returns a test whether the point in a slot may match. Undefined and valid as for `slots`. */
  passes(filter: MemoryFilter | undefined): ((slot: number) => boolean) | undefined {
    const [first, ...others] = this.#tests(filter);
    if (!first) return undefined;
    const passesFirst = (slot: number) => first.admits(first.column.codes[slot]!);
    if (others.length === 0) return passesFirst;
    return (slot) => passesFirst(slot) && others.every(({ column, admits }) => admits(column.codes[slot]!));
  }

  #slotsOf({ column: { codes, lists }, admits, only }: Test): readonly number[] {
    const { capacity } = this.table;
    const find = (): number[] => {
      const slots: number[] = [];
      for (let slot = 0; slot < capacity; slot++) if (admits(codes[slot]!)) slots.push(slot);
      return slots;
    };
    return only === undefined ? find() : lists.of(only, find);
  }

  #tests(filter: MemoryFilter | undefined): Test[] {
    const tests = (filter?.payload ?? []).slice(0, MAX_COLUMNS - 1).map((condition) => {
      const { path } = condition;
      const column = this.#column(JSON.stringify(path), ({ payload }) => valueAt(payload, path));
      return { column, ...admitting(condition) };
    });
    if (filter?.type === undefined) return tests;
    return [...tests, { column: this.#column('type', ({ type }) => type), ...among([filter.type]) }];
  }

  #column(name: string, read: Column['read']): Column {
    const column = this.#columns.get(name) ?? this.#filled(read);
    this.#columns.delete(name);
    this.#columns.set(name, column);
    const [oldest] = this.#columns.keys();
    if (this.#columns.size > MAX_COLUMNS && oldest !== undefined) this.#columns.delete(oldest);
    return column;
  }

  #filled(read: Column['read']): Column {
    const codes = grown(new Uint32Array(), this.table.capacity);
    for (let slot = 0; slot < this.table.capacity; slot++) {
      const point = this.table.at(slot);
      if (point) codes[slot] = codeOf(read(point));
    }
    return { read, codes, lists: new CodeLists() };
  }
}

function admitting(condition: PayloadCondition): Admission {
  if ('exists' in condition) return { admits: (code) => (code !== ABSENT) === condition.exists };
  if ('equals' in condition) return among([condition.equals]);
  if ('anyOf' in condition) return among(condition.anyOf);
  if ('contains' in condition) return { admits: (code) => code === COMPOSITE, only: COMPOSITE };
  return { admits: (code) => code >= FIRST_SCALAR };
}

function among(values: readonly JsonValue[]): Admission {
  const codes = new Set(values.map(codeOf));
  const admits = (code: number) => codes.has(code);
  const [only] = codes;
  return only !== undefined && codes.size === 1 ? { admits, only } : { admits };
}

/** Equal values have equal codes. */
function codeOf(value: JsonValue | undefined): number {
  if (value === undefined) return ABSENT;
  if (typeof value === 'object' && value !== null) return COMPOSITE;
  const text = typeof value === 'string' ? value : `${typeof value} ${value}`;
  return Math.max(FIRST_SCALAR, hashOf(text));
}

/** FNV-1a over UTF-16 units (Fowler, Noll & Vo), of the string's length and beginning. */
function hashOf(text: string): number {
  let hash = (2166136261 ^ text.length) >>> 0;
  const end = Math.min(text.length, CODED_CHARACTERS);
  for (let index = 0; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16777619);
  return hash >>> 0;
}

function grown(codes: Uint32Array, capacity: number): Uint32Array {
  const larger = new Uint32Array(roomFor(capacity, codes.length));
  larger.set(codes);
  return larger;
}

function roomFor(capacity: number, held: number): number {
  return Math.max(64, capacity, held * 2);
}
