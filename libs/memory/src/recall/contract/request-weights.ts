import type { SignalWeights } from './ranking-options.js';

/** Weights that one request wants to be others than the configured ones. */
export interface RequestWeights {
  /** By lane name; a lane that weighs 0 is not asked. */
  readonly lanes?: Readonly<Record<string, number>>;
  readonly signals?: Readonly<Partial<Omit<SignalWeights, 'lanes'>>>;
}
