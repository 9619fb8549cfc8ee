import type { ValidityChoice } from '@sfm/memory';

/** The part of a read that chooses the time for which memories are wanted. */
export interface ValidityFields {
  readonly valid_at?: string | undefined;
  readonly include_superseded?: boolean | undefined;
}

/** Returns the field of a request of the core; none for the default. */
export function toValidityChoice({ valid_at: at, include_superseded: withSuperseded }: ValidityFields): {
  readonly validity?: ValidityChoice;
} {
  if (at === undefined && withSuperseded !== true) return {};
  return {
    validity: { ...(at === undefined ? {} : { at: new Date(at) }), ...(withSuperseded ? { withSuperseded } : {}) },
  };
}
