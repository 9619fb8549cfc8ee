import type {
  Amendment,
  AmendService,
  Coordinate,
  ForgetService,
  NewMemory,
  Principal,
  StoredMemory,
  StoreOutcome,
  StoreService,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Writes in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not write. */
export class AuthorizedWrites {
  constructor(
    private readonly stores: StoreService,
    private readonly amendments: AmendService,
    private readonly forgetting: ForgetService,
  ) {}

  /** See `StoreService.store`. */
  async store(principal: Principal, memory: NewMemory): Promise<StoredMemory> {
    admit(principal, 'store');
    return this.stores.store(principal.namespace, memory);
  }

  /** See `StoreService.storeAll`. */
  async storeAll(principal: Principal, memories: readonly NewMemory[]): Promise<readonly StoredMemory[]> {
    admit(principal, 'storeAll');
    return memories.length === 0 ? [] : this.stores.storeAll(principal.namespace, memories);
  }

  /** See `StoreService.storePortions`. */
  async storePortions(principal: Principal, memories: readonly NewMemory[]): Promise<readonly StoredMemory[]> {
    admit(principal, 'storePortions');
    return memories.length === 0 ? [] : this.stores.storePortions(principal.namespace, memories);
  }

  /** See `StoreService.storeEach`. */
  async storeEach(principal: Principal, memories: readonly NewMemory[]): Promise<readonly StoreOutcome[]> {
    admit(principal, 'storeEach');
    return memories.length === 0 ? [] : this.stores.storeEach(principal.namespace, memories);
  }

  /** See `AmendService.amend`. */
  async amend(principal: Principal, coordinate: Coordinate, amendment: Amendment): Promise<StoredMemory> {
    admit(principal, 'amend');
    return this.amendments.amend(principal.namespace, coordinate, amendment);
  }

  /** See `ForgetService.forget`. */
  async forget(principal: Principal, coordinates: readonly Coordinate[]): Promise<number> {
    admit(principal, 'forget');
    return this.forgetting.forget(principal.namespace, coordinates);
  }
}
