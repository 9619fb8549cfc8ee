import { compareCodePoints, compareNumbers, isNumber, jsonEquals, type JsonNumber, type JsonValue } from '@sfm/memory';
import type { HeldPoint } from './held-point.js';
import { SlotsByCode, SlotsInOrder } from './slot-tree.js';
import { ABSENT, codeOf, FIRST_VALUE, FREE, isArrayCode, type Code } from './value-code.js';

/** The one code by which the slots of arrays are found. */
const LIST: Code = FIRST_VALUE;

type Ordered = number | JsonNumber | string;

/** An index of the column's values that is made when first needed and then follows them. */
interface Follower {
  readonly move: (slot: number, from: JsonValue | undefined, to: JsonValue | undefined) => void;
}

/** The values of one field of a namespace's points, by slot, with indexes from values to slots. */
export class FieldColumn {
  #values: (JsonValue | undefined)[] = [];
  #codes = new Uint32Array(0);
  #listCount = 0;
  #followers: Follower[] = [];
  #byCode: SlotsByCode | undefined;
  #byElement: SlotsByCode | undefined;
  #absent: SlotsByCode | undefined;
  #lists: SlotsByCode | undefined;
  #numbers: SlotsInOrder<number | JsonNumber> | undefined;
  #strings: SlotsInOrder<string> | undefined;

  /** @param points the points held already, by slot */
  constructor(
    private readonly read: (point: HeldPoint) => JsonValue | undefined,
    points: Iterable<readonly [slot: number, point: HeldPoint]>,
  ) {
    for (const [slot, point] of points) this.#write(slot, read(point), false);
  }

  /** The code of the value in a slot; `FREE` where there is no point. */
  codeAt(slot: number): Code {
    return this.#codes[slot] ?? FREE;
  }

  /** Records the point of a slot; undefined for a slot that was freed. Returns whether its code has changed. */
  put(slot: number, point: HeldPoint | undefined): { readonly from: Code; readonly to: Code } {
    const from = this.codeAt(slot);
    const value = point && this.read(point);
    const before = this.#values[slot];
    const wasFree = from === FREE;
    if (point && !wasFree && jsonEquals(before, value)) return { from, to: from };
    this.#write(slot, value, point === undefined);
    const to = this.codeAt(slot);
    this.#slotsOf(from)?.remove(from, slot);
    this.#slotsOf(to)?.add(to, slot);
    for (const follower of this.#followers) follower.move(slot, before, value);
    return { from, to };
  }

  /** The slots by the code of their value. */
  get byCode(): SlotsByCode {
    return (this.#byCode ??= new SlotsByCode(this.#coded((code) => code >= FIRST_VALUE)));
  }

  /** The slots of points without a value, by `ABSENT`: in most fields few have none, or nearly all. */
  get absent(): SlotsByCode {
    return (this.#absent ??= new SlotsByCode(this.#coded((code) => code === ABSENT)));
  }

  /** The slots by the codes of the elements of an array. */
  get byElement(): SlotsByCode {
    if (this.#byElement) return this.#byElement;
    const tree = new SlotsByCode(this.#codedElements());
    this.#followers.push({
      move: (slot, from, to) => {
        for (const code of elementCodes(from)) tree.remove(code, slot);
        for (const code of elementCodes(to)) tree.add(code, slot);
      },
    });
    return (this.#byElement = tree);
  }

  /** Whether any of the values is an array. */
  get hasLists(): boolean {
    return this.#listCount > 0;
  }

  /** Returns slots whose value is an array, at most `limit`. */
  lists(limit: number): readonly number[] {
    if (!this.hasLists) return [];
    if (this.#lists) return this.#lists.slots(LIST, LIST, limit);
    const tree = new SlotsByCode(this.#values.flatMap((value, slot) => (Array.isArray(value) ? [[LIST, slot]] : [])));
    this.#followers.push({
      move: (slot, from, to) => {
        if (Array.isArray(from)) tree.remove(LIST, slot);
        if (Array.isArray(to)) tree.add(LIST, slot);
      },
    });
    return (this.#lists = tree).slots(LIST, LIST, limit);
  }

  get numbers(): SlotsInOrder<number | JsonNumber> {
    return (this.#numbers ??= this.#ordered(isNumber, compareNumbers));
  }

  get strings(): SlotsInOrder<string> {
    return (this.#strings ??= this.#ordered(isString, compareCodePoints));
  }

  #write(slot: number, value: JsonValue | undefined, isFree: boolean): void {
    if (slot >= this.#codes.length) this.#codes = grown(this.#codes, slot + 1);
    const code = isFree ? FREE : codeOf(value);
    this.#listCount += Number(isListCode(code)) - Number(isListCode(this.codeAt(slot)));
    this.#values[slot] = value;
    this.#codes[slot] = code;
  }

  #ordered<T extends Ordered>(isOne: (value: unknown) => value is T, compare: (a: T, b: T) => number): SlotsInOrder<T> {
    const placed = this.#values.flatMap((value, slot) => (isOne(value) ? [{ value, slot }] : []));
    const order = new SlotsInOrder<T>(compare, placed);
    this.#followers.push({
      move: (slot, from, to) => {
        if (isOne(from)) order.remove(from, slot);
        if (isOne(to)) order.add(to, slot);
      },
    });
    return order;
  }

  #slotsOf(code: Code): SlotsByCode | undefined {
    return code >= FIRST_VALUE ? this.#byCode : code === ABSENT ? this.#absent : undefined;
  }

  *#coded(isOne: (code: Code) => boolean): Generator<readonly [Code, number]> {
    for (let slot = 0; slot < this.#values.length; slot++) {
      const code = this.codeAt(slot);
      if (isOne(code)) yield [code, slot];
    }
  }

  *#codedElements(): Generator<readonly [Code, number]> {
    for (const [slot, value] of this.#values.entries()) {
      for (const code of elementCodes(value)) yield [code, slot];
    }
  }
}

function isListCode(code: Code): boolean {
  return code >= FIRST_VALUE && isArrayCode(code);
}

function elementCodes(value: JsonValue | undefined): Iterable<Code> {
  return Array.isArray(value) ? new Set(value.map(codeOf)) : [];
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function grown(codes: Uint32Array, needed: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(64, needed, codes.length * 2));
  larger.set(codes);
  return larger;
}
