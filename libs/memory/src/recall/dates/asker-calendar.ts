const UTC = 'UTC';

/** Reads moments as the fields of a calendar and clock somewhere on earth. */
export class AskerCalendar {
  private readonly format: Intl.DateTimeFormat | undefined;

  /** @param timeZone a name that `isTimeZone` knows; UTC when left out */
  constructor(timeZone: string = UTC) {
    if (timeZone === UTC) return;
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
    if (!this.format) return timeMs;
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

/** Whether the platform knows a time zone: a name of the IANA database, or an offset such as `+02:00`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
