import type { NearestMemories, NearestQuery, NearestService, Principal, Reading } from '@sfm/memory';
import { admit } from './admission.js';

/** Search by nearness in the principal's namespace. Throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedNearest {
  constructor(private readonly places: Pick<NearestService, 'nearest'>) {}

  /** See `NearestService.nearest`. */
  async nearest(principal: Principal, query: Reading<NearestQuery>): Promise<NearestMemories> {
    admit(principal, 'nearest');
    return this.places.nearest(principal.namespace, query);
  }
}
