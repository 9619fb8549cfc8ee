export type Filter = 'none' | 'common' | 'rare' | 'never';

export const FILTERS: readonly Filter[];

/** Bytes by process. */
export interface Resident {
  readonly api: number;
  readonly consumer?: number;
}

/** What was measured with so many memories; lists have one figure for each round. */
export interface ScaleStep {
  readonly size: number;
  /** Milliseconds. */
  readonly recalls: Readonly<Record<Filter, { readonly p50: readonly number[]; readonly p95: readonly number[] }>>;
  readonly perSecond: Readonly<Record<'recalls' | 'noops' | 'stores', readonly number[]>>;
  readonly resident: Resident;
  /** Bytes by server. */
  readonly kept: { readonly postgres: number; readonly qdrant?: number };
  readonly restartSeconds: number;
}

export interface Scale {
  readonly startedAt: string;
  readonly backends: string;
  readonly machine: string;
  readonly topk: number;
  readonly empty: Pick<ScaleStep, 'resident' | 'restartSeconds'>;
  readonly steps: readonly ScaleStep[];
}

/** The files of a report by name: scale.md, scale.json and the charts. */
export function reportFiles(report: Scale): Record<string, string>;
