import type { ReindexListener, ReindexReport, VerifyListener, VerifyReport } from '@sfm/memory';

export interface MaintenanceRequest {
  /** Default: every namespace that is known. */
  readonly namespaces?: readonly string[];
  /** Default: what suits where the work is done. */
  readonly maxPendingSeconds?: number;
  readonly signal: AbortSignal;
}

export interface RebuildListener extends ReindexListener {
  /** Told after each namespace. */
  onRebuilt(report: ReindexReport): void;
}

/** Where verification and rebuilding are done: in this process, or in the service that holds the indexes. */
export interface Maintenance {
  verify(request: MaintenanceRequest & { readonly repair: boolean }, listener: VerifyListener): Promise<VerifyReport>;
  reindex(request: MaintenanceRequest, listener: RebuildListener): Promise<void>;
}

export const DEFAULT_PENDING_SECONDS = 60;
