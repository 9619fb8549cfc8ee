import type { Coordinate, OutcomeReport, OutcomeService, Principal, ReportedOutcome } from '@sfm/memory';
import { admit } from './admission.js';

/** Outcomes of what was predicted. Every method throws ScopeForbiddenError if the principal may not write. */
export class AuthorizedOutcomes {
  constructor(private readonly outcomes: OutcomeService) {}

  /** See `OutcomeService.report`. */
  async reportOutcome(principal: Principal, coordinate: Coordinate, report: OutcomeReport): Promise<ReportedOutcome> {
    admit(principal, 'reportOutcome');
    return this.outcomes.report(principal.namespace, coordinate, report);
  }
}
