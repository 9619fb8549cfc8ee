import type { Memory, Principal, Reading, SelectionQuery, SelectionService } from '@sfm/memory';
import { admit } from './admission.js';

/** Selections of the principal's memories. Every method throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedSelection {
  constructor(private readonly selection: SelectionService) {}

  /** See `SelectionService.recent`. */
  async recent(principal: Principal, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    admit(principal, 'recent');
    return this.selection.recent(principal.namespace, query);
  }

  /** See `SelectionService.important`. */
  async important(principal: Principal, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    admit(principal, 'important');
    return this.selection.important(principal.namespace, query);
  }

  /** See `SelectionService.sample`. */
  async sample(principal: Principal, query: Reading<SelectionQuery>): Promise<readonly Memory[]> {
    admit(principal, 'sample');
    return this.selection.sample(principal.namespace, query);
  }
}
