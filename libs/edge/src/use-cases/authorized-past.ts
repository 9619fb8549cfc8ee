import type {
  Coordinate,
  ListQuery,
  Memory,
  MemoryPage,
  PastReadService,
  PastRecallService,
  Principal,
  Reading,
  RecallRequest,
  RecallResult,
} from '@sfm/memory';
import { admit } from './admission.js';

/** Reads of the past in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedPast {
  constructor(
    private readonly reads: PastReadService,
    private readonly recaller: PastRecallService,
  ) {}

  /** See `PastReadService.get`. */
  async getKnownAt(principal: Principal, coordinate: Coordinate, at: Date): Promise<Memory> {
    admit(principal, 'getKnownAt');
    return this.reads.get(principal.namespace, coordinate, at);
  }

  /** See `PastReadService.list`. */
  async listKnownAt(principal: Principal, query: Reading<ListQuery>, at: Date): Promise<MemoryPage> {
    admit(principal, 'listKnownAt');
    return this.reads.list(principal.namespace, query, at);
  }

  /** See `PastRecallService.recall`. */
  async recallKnownAt(principal: Principal, request: RecallRequest, at: Date): Promise<RecallResult> {
    admit(principal, 'recallKnownAt');
    return this.recaller.recall(principal.namespace, request, at);
  }
}
