import type { ReindexListener, ReindexReport, VerifyListener, VerifyReport } from '@sfm/memory';

export interface MaintenanceRequest {
  /** Default: every known namespace. */
  readonly namespaces?: readonly string[];
  /** Default: depends on where the work runs. */
  readonly maxPendingSeconds?: number;
  readonly signal: AbortSignal;
}

export interface RebuildListener extends ReindexListener {
  /** Called after each namespace. */
  onRebuilt(report: ReindexReport): void;
}

/** Verifies and rebuilds, in this process or in the service that holds the indexes. */
export interface Maintenance {
  verify(request: MaintenanceRequest & { readonly repair: boolean }, listener: VerifyListener): Promise<VerifyReport>;
  reindex(request: MaintenanceRequest, listener: RebuildListener): Promise<void>;
}

export const DEFAULT_PENDING_SECONDS = 60;
