import type { ConditionGroup, FieldCondition, MemoryFilter, PayloadCondition, RangeBound } from '../model/filter.js';
import { isJsonObject, isNumber, type JsonObject, type JsonValue } from '../model/json.js';
import type { JsonNumber } from '../model/json-number.js';

/**
 * What a filter on payloads means, said a second time in the plainest way, to hold `matchesFilter` and every adapter
 * against: shares no code with them, and looks at everything.
 */
export function satisfies(payload: JsonObject, filter: MemoryFilter | undefined): boolean {
  return (filter?.payload ?? []).every((condition) => holds(payload, condition));
}

function holds(payload: JsonObject, condition: PayloadCondition): boolean {
  return 'path' in condition ? fieldHolds(payload, condition) : groupHolds(payload, condition);
}

function groupHolds(payload: JsonObject, group: ConditionGroup): boolean {
  if ('not' in group) return !holds(payload, group.not);
  const members = 'and' in group ? group.and : group.or;
  const count = members.filter((member) => holds(payload, member)).length;
  return 'and' in group ? count === members.length : count > 0;
}

function fieldHolds(payload: JsonObject, condition: FieldCondition): boolean {
  const found = reach(payload, [...condition.path]);
  if ('exists' in condition) return condition.exists ? found.length > 0 : found.length === 0;
  const lists = found.filter((value): value is JsonValue[] => Array.isArray(value));
  const inLists = lists.flat();
  if ('contains' in condition) return inLists.some((value) => same(value, condition.contains));
  const tried = [...found, ...inLists];
  if ('equals' in condition) return tried.some((value) => same(value, condition.equals));
  if ('anyOf' in condition) return condition.anyOf.some((wanted) => tried.some((value) => same(value, wanted)));
  if ('prefix' in condition) {
    const prefix = condition.prefix.normalize('NFC');
    return tried.some(
      (value) => typeof value === 'string' && value.normalize('NFC').slice(0, prefix.length) === prefix,
    );
  }
  if ('within' in condition) {
    const { lat, lon, radius } = condition.within;
    return tried.some((value) => (metresFrom(value, lat, lon) ?? Infinity) <= radius);
  }
  const { gt, gte, lt, lte } = condition.range;
  return tried.some((value) => {
    if (!isNumber(value) && typeof value !== 'string') return false;
    const is = (bound: RangeBound | undefined, signs: readonly number[]) =>
      bound === undefined || signs.includes(side(value, bound) ?? 2);
    return is(gt, [1]) && is(gte, [0, 1]) && is(lt, [-1]) && is(lte, [-1, 0]);
  });
}

/** All values at a path; at a list it goes into the objects of the list. */
function reach(at: JsonValue, path: readonly string[]): JsonValue[] {
  const [step, ...rest] = path;
  if (step === undefined) return [at];
  const objects = (Array.isArray(at) ? at : [at]).filter((value) => isJsonObject(value));
  return objects.flatMap((object) => {
    const entry = Object.entries(object).find(([name]) => name === step);
    return entry ? reach(entry[1], rest) : [];
  });
}

/** -1, 0 or 1; undefined where the value is of another kind than the bound. */
function side(value: RangeBound, bound: RangeBound): number | undefined {
  if (isNumber(value) || isNumber(bound)) {
    return isNumber(value) && isNumber(bound) ? sign(decimal(value), decimal(bound)) : undefined;
  }
  const moment = nanoseconds(bound);
  if (moment === undefined)
    return Buffer.compare(Buffer.from(value.normalize('NFC')), Buffer.from(bound.normalize('NFC')));
  const own = nanoseconds(value);
  return own === undefined ? undefined : sign(own, moment);
}

function same(value: JsonValue, wanted: JsonValue): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') {
    const [own, moment] = [nanoseconds(value), nanoseconds(wanted)];
    if (own !== undefined && moment !== undefined) return own === moment;
  }
  return written(value) === written(wanted);
}

/** Text of a value, the same for equal ones. */
function written(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value.normalize('NFD'));
  if (isNumber(value)) return String(decimal(value));
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  if (!isJsonObject(value)) return String(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name.normalize('NFD'))}:${written(member)}`,
  );
  return `{${members.sort().join()}}`;
}

const PLACES = 420;

/** A number as a whole number of 1e-420: exact for what tests use. */
function decimal(number: number | JsonNumber): bigint {
  const [mantissa = '', power = '0'] = String(number).toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = PLACES + Number(power) - fraction.length;
  return shift < 0 ? 0n : BigInt(`${whole}${fraction}`.replace(/^\+/, '')) * 10n ** BigInt(shift);
}

function sign(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Nanoseconds of a day, or of a day and a time, of ISO 8601; up to nine digits of a second. */
function nanoseconds(text: string): bigint | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?$/.exec(
      text,
    );
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const most = (DAYS[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  const [offsetHours, offsetMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  if (year < 1 || day < 1 || day > most || hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  let days = day - 1;
  for (let before = 1; before < month; before++) days += (DAYS[before - 1] ?? 0) + (before === 2 && isLeap ? 1 : 0);
  const last = year - 1;
  days += last * 365 + Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
  const minutes = (days * 24 + hour) * 60 + minute - (parts[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  return (BigInt(minutes) * 60n + BigInt(second)) * 1_000_000_000n + BigInt((parts[7] ?? '').padEnd(9, '0'));
}

/** The distance along the globe, by the angle between two directions. */
function metresFrom(value: JsonValue, lat: number, lon: number): number | undefined {
  if (!isJsonObject(value) || !isNumber(value['lat']) || !isNumber(value['lon'])) return undefined;
  const place = [Number(String(value['lat'])), Number(String(value['lon']))] as const;
  if (!(Math.abs(place[0]) <= 90) || !(Math.abs(place[1]) <= 180)) return undefined;
  const [a, b] = [direction(lat, lon), direction(...place)];
  const cross = Math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
  return 6_371_008.8 * Math.atan2(cross, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

function direction(lat: number, lon: number): readonly [number, number, number] {
  const [north, east] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  return [Math.cos(north) * Math.cos(east), Math.cos(north) * Math.sin(east), Math.sin(north)];
}
