import {
  composed,
  instantOf,
  isGroup,
  isNumber,
  valuesAt,
  withElements,
  type FieldCondition,
  type JsonNumber,
  type JsonValue,
  type MemoryFilter,
  type PayloadCondition,
  type RangeBounds,
} from '@sfm/memory';
import { momentBounds, prefixBounds, textBounds } from '../../search/text-bounds.js';
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
    for (const condition of requiredOf(filter.payload ?? []).slice(0, MAX_COLUMNS - 2)) {
      // What groups leave over is tested point by point.
      if (isGroup(condition)) continue;
      const { path } = condition;
      const name = JSON.stringify(path);
      if (!this.#columns.has(name) && ++made > MAX_NEW_COLUMNS) continue;
      tests.push(testOf(condition, this.#column(name, readerOf(path))));
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

function testOf(condition: FieldCondition, column: Column): Test {
  if ('exists' in condition) return presence(condition.exists, column);
  if ('equals' in condition) return among([condition.equals], column);
  if ('anyOf' in condition) return among(condition.anyOf, column);
  if ('contains' in condition) return holding(condition.contains, column);
  if ('prefix' in condition) return inBounds({ strings: prefixBounds(condition.prefix) }, column);
  if ('within' in condition) return presence(true, column);
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

function holding(element: JsonValue, column: Column): Test {
  const { field } = column;
  if (typeof element === 'string' && instantOf(element)) {
    return { column, admits: isArrayCode, find: (limit) => field.lists(limit) };
  }
  const code = codeOf(composed(element));
  return { column, admits: isArrayCode, find: (limit) => field.byElement.slots(code, code, limit) };
}

/** A moment is many texts: it is looked for among those of the days around it, and in every list. */
function among(values: readonly JsonValue[], column: Column): Test {
  const { field } = column;
  const codes = new Set(values.map((value) => codeOf(composed(value))));
  const moments = values.map((value) => (typeof value === 'string' ? instantOf(value) : undefined));
  const days = moments.flatMap((moment) => (moment ? [momentBounds(moment)] : []));
  const find = (limit: number) => {
    const found = new Set<number>();
    const add = (slots: (most: number) => readonly number[]) => {
      if (found.size < limit) for (const slot of slots(limit)) found.add(slot);
    };
    for (const code of codes) add((most) => field.byCode.slots(code, code, most));
    if (field.hasLists) for (const code of codes) add((most) => field.byElement.slots(code, code, most));
    for (const bounds of days) add((most) => field.strings.within(bounds, most));
    if (days.length > 0) add((most) => field.lists(most));
    return [...found].slice(0, limit);
  };
  const isOther = (code: Code) => (field.hasLists && isArrayCode(code)) || (days.length > 0 && isStringCode(code));
  const test = { column, admits: (code: Code) => codes.has(code) || isOther(code), find };
  const [only] = codes;
  return only !== undefined && codes.size === 1 && days.length === 0 && !field.hasLists ? { ...test, only } : test;
}

/** Bounds of different kinds admit nothing, and none at all every number and string. */
function within(range: RangeBounds, column: Column): Test {
  return inBounds({ numbers: numberBounds(range), strings: textBounds(range) }, column);
}

interface ValueBounds {
  readonly numbers?: Bounds<number | JsonNumber> | undefined;
  readonly strings?: Bounds<string> | undefined;
}

function inBounds({ numbers, strings }: ValueBounds, column: Column): Test {
  const { field } = column;
  const find = (limit: number): number[] => {
    const found = numbers ? field.numbers.within(numbers, limit) : [];
    const more = strings ? found.concat(field.strings.within(strings, limit - found.length)) : found;
    return more.concat(field.lists(limit - more.length));
  };
  const admits = (code: Code) =>
    (numbers && isNumberCode(code)) === true || (strings && isStringCode(code)) === true || isArrayCode(code);
  return { column, admits, find };
}

/** Returns bounds that are perhaps wider than the range; undefined when the range has one of another kind. */
function numberBounds({ gt, gte, lt, lte }: RangeBounds): Bounds<number | JsonNumber> | undefined {
  if (![gt, gte, lt, lte].every((bound) => bound === undefined || isNumber(bound))) return undefined;
  const [from, to] = [gte ?? gt, lte ?? lt];
  return { ...(isNumber(from) ? { from } : {}), ...(isNumber(to) ? { to } : {}) };
}

/** Returns the value that a column has of a payload: of several values, the list of all, and of what is in lists of them. */
function readerOf(path: readonly string[]): (point: HeldPoint) => JsonValue | undefined {
  return ({ payload }) => {
    const values = valuesAt(payload, path);
    const [only] = values;
    if (only === undefined) return undefined;
    return composed(values.length === 1 ? only : [...withElements(values)]);
  };
}

/** Returns the conditions that must all hold, those of groups that must hold among them. */
function requiredOf(conditions: readonly PayloadCondition[]): readonly PayloadCondition[] {
  return conditions.flatMap((condition) => ('and' in condition ? requiredOf(condition.and) : [condition]));
}
