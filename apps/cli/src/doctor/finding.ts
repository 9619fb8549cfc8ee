/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly found: string;
  /** What to do; none where all is well. */
  readonly todo?: string;
}

export const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });
export const warning = (what: string, found: string, todo: string): Finding => ({
  what,
  state: 'warning',
  found,
  todo,
});
export const wrong = (what: string, found: string, todo: string): Finding => ({ what, state: 'wrong', found, todo });

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
