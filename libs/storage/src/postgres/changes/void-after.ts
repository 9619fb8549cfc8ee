import { isErrorLike, sqlState } from '../connection/driver-errors.js';

/** Told by the server in the error of a change that came too late. */
const TOO_LATE = 'void: its deadline has passed';

/**
 * SQL that fails the whole statement when the server's clock is past the deadline (parameter, epoch milliseconds), and is
 * true otherwise. In a RETURNING list it is evaluated when the row is locked and changed: whoever changes the row later
 * waits for the outcome, and whoever changed it meanwhile is not overwritten. The text that is cast depends on the clock,
 * so that no planner evaluates it early.
 */
export function voidAfter(parameter: string): string {
  return `(CASE WHEN clock_timestamp() <= to_timestamp(${parameter}::float8 / 1000) THEN 'true' ELSE '${TOO_LATE}' END)::boolean`;
}

/** SQL of the server's clock, epoch milliseconds. */
export const SERVER_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';

/** True for the error of a change that was void. */
export function isTooLate(error: unknown): boolean {
  return sqlState(error) === '22P02' && isErrorLike(error) && error.message.includes(TOO_LATE);
}
