import type { ScoreContribution } from '../../contract/explanation.js';

/** A score that grows term by term and can be explained by them. */
export class ExplainedScore {
  /** The non-zero terms. */
  readonly contributions: ScoreContribution[] = [];
  total = 0;

  add(signal: string, value: number, weight: number): void {
    const contribution = value * weight;
    if (contribution === 0) return;
    this.contributions.push({ signal, value, weight, contribution });
    this.total += contribution;
  }
}
