const UTC = 'UTC';
const MINUTE_MS = 60_000;
/** Not every platform knows offsets as names of time zones. */
const OFFSET = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/;

/** Reads moments as the fields of a calendar and clock somewhere on earth. */
export class AskerCalendar {
  private readonly format: Intl.DateTimeFormat | undefined;
  private readonly offsetMs: number = 0;

  /** @param timeZone a name that `isTimeZone` knows; UTC when left out */
  constructor(timeZone: string = UTC) {
    const offset = offsetMs(timeZone);
    if (offset !== undefined) this.offsetMs = offset;
    if (timeZone === UTC || offset !== undefined) return;
    this.format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Returns the moment whose fields in UTC are those that the given moment has there. */
  fieldsAt(timeMs: number): number {
    if (!this.format) return timeMs + this.offsetMs;
    const parts = new Map(this.format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    const field = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name) ?? 0);
    const date = new Date(0);
    date.setUTCFullYear(
      parts.get('era') === 'BC' ? 1 - field('year') : field('year'),
      field('month') - 1,
      field('day'),
    );
    return date.setUTCHours(field('hour'), field('minute'), field('second'));
  }
}

/** Whether a time zone is known: a name of the IANA database, or an offset such as `+02:00`. */
export function isTimeZone(name: string): boolean {
  if (OFFSET.test(name)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function offsetMs(name: string): number | undefined {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(name) ?? [];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}
