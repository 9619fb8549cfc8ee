import type { ScoreContribution } from './recall.types.js';

/** One term of a score. */
export function contribution(signal: string, value: number, weight: number): ScoreContribution {
  return { signal, value, weight, contribution: value * weight };
}

/** The terms that count: those of signals that were found. */
export function present(contributions: readonly ScoreContribution[]): readonly ScoreContribution[] {
  return contributions.filter((each) => each.contribution !== 0);
}

/** The score that contributions explain. */
export function scoreOf(contributions: readonly ScoreContribution[]): number {
  return contributions.reduce((sum, each) => sum + each.contribution, 0);
}
