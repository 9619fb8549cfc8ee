import {
  isNumber,
  valueAt,
  type JsonValue,
  type MemoryFilter,
  type PayloadCondition,
  type RangeBound,
  type RangeBounds,
} from '@sfm/memory';
import { CodeLists } from './code-lists.js';
import { FieldColumn } from './field-column.js';
import type { HeldPoint } from './held-point.js';
import type { PointTable } from './point-table.js';
import type { Bounds } from './slot-tree.js';
import { ABSENT, codeOf, FIRST_VALUE, isArrayCode, isNumberCode, isStringCode, type Code } from './value-code.js';

/** Maximum number of fields remembered; the least recently requested one is evicted. */
const MAX_COLUMNS = 32;
/** Most columns made for one request, because each takes a look at every point; the next requests make more. */
const MAX_NEW_COLUMNS = 2;
/** A test that admits fewer slots than this is a good start. */
const FEW = 1024;
/** An ordered list of slots is worth making when it has at most this share of them. */
const NARROW = 1 / 16;
const HIGHEST_CODE: Code = 2 ** 26 - 1;

interface Column {
  readonly field: FieldColumn;
  readonly lists: CodeLists;
}

/** One condition as a test of codes, with the slots that pass it. */
interface Test {
  readonly column: Column;
  readonly admits: (code: Code) => boolean;
  /** Returns the slots of matching points and perhaps of others, at most `limit`, in any order. */
  readonly find: (limit: number) => readonly number[];
  /** The code of every matching point, when there is only one. */
  readonly only?: Code;
}

/**
 * Rules out most points that do not match a filter by one number each, without touching the point, and names those that
 * may match without looking at the others: reading the payloads of all points that share a word with a query takes
 * longer than scoring them.
 *
 * A field gets a column when it is first requested; the column then follows the points. What is asked of it decides
 * which indexes it has: 4 to 60 bytes for each point.
 */
export class FilterSieve {
  readonly #columns = new Map<string, Column>();

  constructor(private readonly table: PointTable<HeldPoint>) {}

  /** Records the new point of a slot. */
  put(slot: number, point: HeldPoint): void {
    this.#record(slot, point);
  }

  /** Records that a slot was freed. */
  remove(slot: number): void {
    this.#record(slot, undefined);
  }

  /**
   * Returns the slots of the points that may match, ascending; each point must still be checked. Undefined when the
   * filter rules out nothing by itself, or too little for a list. Valid until points change.
   */
  slots(filter: MemoryFilter | undefined): readonly number[] | undefined {
    const tests = this.#tests(filter);
    const start = tests.find(({ find }) => find(FEW).length < FEW) ?? tests.find(({ only }) => only !== undefined);
    let slots = start ? listed(start) : this.#narrow(tests);
    if (!slots) return undefined;
    for (const test of tests) {
      if (test !== start) slots = slots.filter((slot) => test.admits(test.column.field.codeAt(slot)));
    }
    return slots;
  }

  /** Returns a test whether the point in a slot may match. Undefined and valid as for `slots`. */
  passes(filter: MemoryFilter | undefined): ((slot: number) => boolean) | undefined {
    const [first, ...others] = this.#tests(filter);
    if (!first) return undefined;
    const passesFirst = (slot: number) => first.admits(first.column.field.codeAt(slot));
    if (others.length === 0) return passesFirst;
    return (slot) => passesFirst(slot) && others.every(({ column, admits }) => admits(column.field.codeAt(slot)));
  }

  #record(slot: number, point: HeldPoint | undefined): void {
    for (const { field, lists } of this.#columns.values()) {
      const { from, to } = field.put(slot, point);
      if (from !== to) lists.moved(slot, from, to);
    }
  }

  /** For tests that all admit many: the shortest list, if it is short for this namespace. */
  #narrow(tests: readonly Test[]): readonly number[] | undefined {
    const limit = Math.ceil(this.table.size * NARROW);
    for (const { find } of tests) {
      const slots = find(limit);
      if (slots.length < limit) return ascending(slots);
    }
    return undefined;
  }

  #tests(filter: MemoryFilter | undefined): Test[] {
    if (!filter) return [];
    const { type, createdFrom, createdBefore } = filter;
    const tests: Test[] = [];
    let made = 0;
    for (const condition of (filter.payload ?? []).slice(0, MAX_COLUMNS - 2)) {
      const { path } = condition;
      const name = JSON.stringify(path);
      if (!this.#columns.has(name) && ++made > MAX_NEW_COLUMNS) continue;
      const column = this.#column(name, ({ payload }) => valueAt(payload, path));
      tests.push(testOf(condition, column));
    }
    if (type !== undefined) {
      const column = this.#column('type', (point) => point.type);
      tests.push(among([type], column));
    }
    if (createdFrom !== undefined || createdBefore !== undefined) {
      const column = this.#column('created', ({ createdAtMs }) => createdAtMs);
      tests.push(within({ gte: createdFrom, lt: createdBefore }, column));
    }
    return tests;
  }

  #column(name: string, read: (point: HeldPoint) => JsonValue | undefined): Column {
    const column = this.#columns.get(name) ?? { field: new FieldColumn(read, this.#held()), lists: new CodeLists() };
    this.#columns.delete(name);
    this.#columns.set(name, column);
    const [oldest] = this.#columns.keys();
    if (this.#columns.size > MAX_COLUMNS && oldest !== undefined) this.#columns.delete(oldest);
    return column;
  }

  *#held(): Generator<readonly [number, HeldPoint]> {
    for (let slot = 0; slot < this.table.capacity; slot++) {
      const point = this.table.at(slot);
      if (point) yield [slot, point];
    }
  }
}

function listed({ column, only, find }: Test): readonly number[] {
  const all = () => ascending(find(Infinity));
  return only === undefined ? all() : column.lists.of(only, all);
}

function ascending(slots: readonly number[]): number[] {
  return Array.from(Int32Array.from(slots).sort());
}

function testOf(condition: PayloadCondition, column: Column): Test {
  if ('exists' in condition) return presence(condition.exists, column);
  if ('equals' in condition) return among([condition.equals], column);
  if ('anyOf' in condition) return among(condition.anyOf, column);
  if ('contains' in condition) {
    const element = codeOf(condition.contains);
    return { column, admits: isArrayCode, find: (limit) => column.field.byElement.slots(element, element, limit) };
  }
  return within(condition.range, column);
}

function presence(isWanted: boolean, column: Column): Test {
  const { field } = column;
  if (!isWanted) {
    return { column, admits: (code) => code === ABSENT, find: (limit) => field.absent.slots(ABSENT, ABSENT, limit) };
  }
  const admits = (code: Code) => code >= FIRST_VALUE;
  return { column, admits, find: (limit) => field.byCode.slots(FIRST_VALUE, HIGHEST_CODE, limit) };
}

function among(values: readonly JsonValue[], column: Column): Test {
  const codes = new Set(values.map(codeOf));
  const find = (limit: number) => {
    let found: number[] = [];
    for (const code of codes) found = found.concat(column.field.byCode.slots(code, code, limit - found.length));
    return found;
  };
  const test = { column, admits: (code: Code) => codes.has(code), find };
  const [only] = codes;
  return only !== undefined && codes.size === 1 ? { ...test, only } : test;
}

/** Bounds of different kinds admit nothing, and none at all every number and string. */
function within(range: RangeBounds, column: Column): Test {
  const { field } = column;
  const numbers = boundsOf(range, isNumber);
  const strings = boundsOf(range, isString);
  const find = (limit: number): number[] => {
    const found = numbers ? field.numbers.within(numbers, limit) : [];
    return strings ? found.concat(field.strings.within(strings, limit - found.length)) : found;
  };
  const admits = (code: Code) => (numbers && isNumberCode(code)) === true || (strings && isStringCode(code)) === true;
  return { column, admits, find };
}

/** Returns bounds that are perhaps wider than the range; undefined when the range has one of another kind. */
function boundsOf<T>(
  { gt, gte, lt, lte }: RangeBounds,
  isOne: (bound: RangeBound) => bound is T & RangeBound,
): Bounds<T> | undefined {
  const given = [gt, gte, lt, lte].filter((bound) => bound !== undefined);
  if (!given.every(isOne)) return undefined;
  const [from, to] = [gte ?? gt, lte ?? lt];
  return {
    ...(from !== undefined && isOne(from) ? { from } : {}),
    ...(to !== undefined && isOne(to) ? { to } : {}),
  };
}

function isString(bound: RangeBound): bound is string {
  return typeof bound === 'string';
}
