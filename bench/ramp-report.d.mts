export interface Call {
  milliseconds: number;
  /** Why it failed; absent when it succeeded. */
  failure?: string;
}

export interface Phase {
  calls: number;
  errors: number;
  failures: Record<string, number>;
  seconds: number;
  perSecond: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface Step {
  size: number;
  held: number;
  stores: Phase;
  recalls: Phase;
  indexedSeconds: number | null;
}

export interface Ramp {
  startedAt: string;
  clients: number;
  backends: string;
  machine: string;
  namespace: string;
  warmUp: number;
  steps: Step[];
  stopped?: string;
}

export function summarize(calls: Call[], seconds: number): Phase;

export function reportFiles(ramp: Ramp): Record<string, string>;
