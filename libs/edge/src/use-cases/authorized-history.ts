import type {
  Coordinate,
  HistoryPage,
  HistoryService,
  PatchOperation,
  Principal,
  RestoreRequest,
  RestoreService,
  StoredMemory,
  VersionPair,
  VersionsQuery,
} from '@sfm/memory';
import { admit } from './admission.js';

/** The past of the principal's namespace. Every method throws ScopeForbiddenError if the principal may not do it. */
export class AuthorizedHistory {
  constructor(
    private readonly histories: HistoryService,
    private readonly restores: RestoreService,
  ) {}

  /** See `HistoryService.history`. */
  async history(principal: Principal, coordinate: Coordinate, query: VersionsQuery): Promise<HistoryPage> {
    admit(principal, 'history');
    return this.histories.history(principal.namespace, coordinate, query);
  }

  /** See `HistoryService.diff`. */
  async diff(principal: Principal, coordinate: Coordinate, pair: VersionPair): Promise<readonly PatchOperation[]> {
    admit(principal, 'diff');
    return this.histories.diff(principal.namespace, coordinate, pair);
  }

  /** See `RestoreService.restore`. */
  async restore(principal: Principal, coordinate: Coordinate, request: RestoreRequest): Promise<StoredMemory> {
    admit(principal, 'restore');
    return this.restores.restore(principal.namespace, coordinate, request);
  }
}
