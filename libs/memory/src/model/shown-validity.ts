import { coordinateOfKey } from './coordinate.js';
import type { Validity } from './validity.js';

/** Validity as callers see it, beside the other fields of a memory; only what there is. */
export interface ShownValidity {
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly supersedes?: number[][];
  readonly superseded_by?: number[][];
  readonly superseded_at?: string;
}

export function shownValidity(validity: Validity | undefined): ShownValidity {
  if (!validity) return {};
  const { fromMs, toMs, supersedes, supersededBy, supersededAtMs } = validity;
  return {
    ...(fromMs === null ? {} : { valid_from: isoOf(fromMs) }),
    ...(toMs === null ? {} : { valid_to: isoOf(toMs) }),
    ...(supersedes.length === 0 ? {} : { supersedes: supersedes.map(coordinateOfKey) }),
    ...(supersededAtMs === null
      ? {}
      : { superseded_by: Object.keys(supersededBy).map(coordinateOfKey), superseded_at: isoOf(supersededAtMs) }),
  };
}

/** The times that a caller stated, to store the memory again. */
export function statedTimes(validity: Validity | undefined): { readonly validFrom?: Date; readonly validTo?: Date } {
  const { fromMs = null, toMs = null } = validity ?? {};
  return {
    ...(fromMs === null ? {} : { validFrom: new Date(fromMs) }),
    ...(toMs === null ? {} : { validTo: new Date(toMs) }),
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
