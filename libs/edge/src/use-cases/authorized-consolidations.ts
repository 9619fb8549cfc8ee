import type {
  ConsolidationPlan,
  ConsolidationRequest,
  ConsolidationService,
  DetailedRun,
  FinishedRun,
  Principal,
  RunsPage,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Consolidations in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not do it. */
export class AuthorizedConsolidations {
  constructor(private readonly consolidations: ConsolidationService) {}

  /** See `ConsolidationService.preview`. */
  async previewConsolidation(principal: Principal, request: ConsolidationRequest): Promise<ConsolidationPlan> {
    admit(principal, 'previewConsolidation');
    return this.consolidations.preview(principal.namespace, request);
  }

  /** See `ConsolidationService.run`. */
  async consolidate(principal: Principal, request: ConsolidationRequest): Promise<FinishedRun> {
    admit(principal, 'consolidate');
    return this.consolidations.run(principal.namespace, request);
  }

  /** See `ConsolidationService.list`. */
  async listConsolidations(
    principal: Principal,
    query: { readonly before?: number; readonly limit: number },
  ): Promise<RunsPage> {
    admit(principal, 'listConsolidations');
    return this.consolidations.list(principal.namespace, query);
  }

  /** See `ConsolidationService.find`. */
  async findConsolidation(principal: Principal, id: string): Promise<DetailedRun> {
    admit(principal, 'findConsolidation');
    return this.consolidations.find(principal.namespace, id);
  }

  /** See `ConsolidationService.undo`. */
  async undoConsolidation(principal: Principal, id: string): Promise<DetailedRun> {
    admit(principal, 'undoConsolidation');
    return this.consolidations.undo(principal.namespace, id);
  }
}
