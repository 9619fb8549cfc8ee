import { withLocalMaintenance, type MaintenanceOptions, type MaintenanceServices, type Truth } from '@sfm/composition';
import { toNamespace, type Namespace, type VerifyListener, type VerifyReport } from '@sfm/memory';
import {
  DEFAULT_PENDING_SECONDS,
  type Maintenance,
  type MaintenanceRequest,
  type RebuildListener,
} from './maintenance.js';

/** Does the work in this process, alongside any number of services that share the servers. */
export class LocalMaintenance implements Maintenance {
  private constructor(
    private readonly services: MaintenanceServices,
    /** True when no service is running to index pending events; it does so when it starts. */
    private readonly isAlone: boolean,
  ) {}

  /** Runs `work` on an open truth. Loads in-process indexes into this process first. */
  static async use(
    options: MaintenanceOptions,
    dataSource: Truth['dataSource'],
    work: (maintenance: Maintenance) => Promise<void>,
  ): Promise<void> {
    const isAlone = options.vectors.kind === 'embedded';
    await withLocalMaintenance(options, dataSource, (services) => work(new LocalMaintenance(services, isAlone)));
  }

  async verify(
    request: MaintenanceRequest & { readonly repair: boolean },
    listener: VerifyListener,
  ): Promise<VerifyReport> {
    const maxPendingSeconds = this.maxPendingSeconds(request);
    const { namespaces: named, ...options } = request;
    const namespaces = checked(named);
    return this.services.verifier.verify(
      { ...options, maxPendingSeconds, ...(namespaces ? { namespaces } : {}) },
      listener,
    );
  }

  async reindex(request: MaintenanceRequest, listener: RebuildListener): Promise<void> {
    const { reindexer } = this.services;
    const maxPendingSeconds = this.maxPendingSeconds(request);
    const { signal } = request;
    const namespaces = checked(request.namespaces) ?? (await reindexer.namespaces());
    for (const namespace of namespaces) {
      listener.onRebuilt(await reindexer.reindex({ namespace, maxPendingSeconds, signal }, listener));
    }
  }

  private maxPendingSeconds({ maxPendingSeconds }: MaintenanceRequest): number {
    return maxPendingSeconds ?? (this.isAlone ? Infinity : DEFAULT_PENDING_SECONDS);
  }
}

/** Validates namespaces as the service does. @throws InvalidRequestError for an invalid namespace name. */
function checked(named: readonly string[] | undefined): readonly Namespace[] | undefined {
  return named?.map((name, index) => toNamespace(name, `namespaces.${index}`));
}
