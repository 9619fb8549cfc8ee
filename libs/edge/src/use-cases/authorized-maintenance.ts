import {
  toNamespace,
  type IndexReadiness,
  type Principal,
  type ReindexListener,
  type ReindexReport,
  type ReindexRequest,
  type ReindexService,
  type VerifyListener,
  type VerifyReport,
  type VerifyRequest,
  type VerifyService,
  type Namespace,
} from '@sfm/memory';
import { admitEverywhere } from './admission.js';

/** Work that somebody was admitted to: it runs when it is called, and ends with the signal's reason when that aborts. */
export type AdmittedWork<Listener, Report> = (listener: Listener, signal: AbortSignal) => Promise<Report>;

/** The namespaces to work on, as the caller names them; every one when left out. */
interface NamedNamespaces {
  readonly namespaces?: readonly string[];
}

/** Told how the rebuilding of several namespaces goes on. */
export interface ReindexAllListener extends ReindexListener {
  onRebuilt?(report: ReindexReport): void;
}

/**
 * Verification and rebuilding, for principals of every namespace with the scope `admin`: others are refused with
 * ScopeForbiddenError or NamespaceForbiddenError. What is admitted can be run, and reported on, as long as it takes.
 */
export class AuthorizedMaintenance {
  constructor(
    private readonly verifier: VerifyService,
    private readonly reindexer: ReindexService,
    private readonly readiness: IndexReadiness,
  ) {}

  /**
   * See `VerifyService.verify`.
   *
   * @throws InvalidRequestError for a name that is none of a namespace; IndexUnavailableError while indexes are loaded.
   */
  async verify(
    principal: Principal,
    { namespaces: named, ...request }: Omit<VerifyRequest, 'namespaces' | 'signal'> & NamedNamespaces,
  ): Promise<AdmittedWork<VerifyListener, VerifyReport>> {
    admitEverywhere(principal, 'verify');
    const namespaces = await ready(this.readiness, named);
    return (listener, signal) =>
      this.verifier.verify({ ...request, signal, ...(namespaces ? { namespaces } : {}) }, listener);
  }

  /**
   * See `ReindexService.reindex`; every namespace when none is named, one after the other. Reports whether all agree.
   *
   * @throws InvalidRequestError for a name that is none of a namespace; IndexUnavailableError while indexes are loaded.
   */
  async reindex(
    principal: Principal,
    { namespaces: named, ...request }: Omit<ReindexRequest, 'namespace' | 'signal'> & NamedNamespaces,
  ): Promise<AdmittedWork<ReindexAllListener, { readonly agrees: boolean }>> {
    admitEverywhere(principal, 'reindex');
    const namespaces = (await ready(this.readiness, named)) ?? (await this.reindexer.namespaces());
    return async (listener, signal) => {
      let agrees = true;
      for (const namespace of namespaces) {
        const report = await this.reindexer.reindex({ ...request, namespace, signal }, listener);
        agrees &&= report.verification.agrees;
        listener.onRebuilt?.(report);
      }
      return { agrees };
    };
  }
}

/** The namespaces that were named, once the indexes can be judged: while they are loaded they are not complete. */
async function ready(
  readiness: IndexReadiness,
  named: readonly string[] | undefined,
): Promise<readonly Namespace[] | undefined> {
  const checked = named?.map((name, index) => toNamespace(name, `namespaces.${index}`));
  await readiness.whenReady();
  return checked && [...new Set(checked)];
}
