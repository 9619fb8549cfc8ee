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
import type { HeldCredentials } from './held-credentials.js';

/** Authorized work: starts when called, and rejects with the signal's reason when that aborts. */
export type AdmittedWork<Listener, Report> = (listener: Listener, signal: AbortSignal) => Promise<Report>;

/** The namespaces to work on, as named by the caller; all of them when omitted. */
interface NamedNamespaces {
  readonly namespaces?: readonly string[];
}

/** Receives the progress of rebuilding several namespaces. */
export interface ReindexAllListener extends ReindexListener {
  onRebuilt?(report: ReindexReport): void;
}

/**
 * Verification and rebuilding, for principals with the scope `admin` in every namespace; others get ScopeForbiddenError
 * or NamespaceForbiddenError. Each method authorizes first and returns the work, which may run and report progress as
 * long as it takes.
 */
export class AuthorizedMaintenance {
  constructor(
    private readonly verifier: VerifyService,
    private readonly reindexer: ReindexService,
    private readonly readiness: IndexReadiness,
    private readonly credentials: HeldCredentials,
  ) {}

  /**
   * See `VerifyService.verify`.
   *
   * @throws InvalidRequestError for an invalid namespace name; IndexUnavailableError while indexes are loaded.
   */
  async verify(
    principal: Principal,
    { namespaces: named, ...request }: Omit<VerifyRequest, 'namespaces' | 'signal'> & NamedNamespaces,
  ): Promise<AdmittedWork<VerifyListener, VerifyReport>> {
    admitEverywhere(principal, 'verify');
    const namespaces = await ready(this.readiness, named);
    return (listener, signal) =>
      this.credentials.during(principal, signal, (held) =>
        this.verifier.verify({ ...request, signal: held, ...(namespaces ? { namespaces } : {}) }, listener),
      );
  }

  /**
   * See `ReindexService.reindex`; rebuilds one namespace after the other, all of them when none is named. Resolves with
   * whether all agree.
   *
   * @throws InvalidRequestError for an invalid namespace name; IndexUnavailableError while indexes are loaded.
   */
  async reindex(
    principal: Principal,
    { namespaces: named, ...request }: Omit<ReindexRequest, 'namespace' | 'signal'> & NamedNamespaces,
  ): Promise<AdmittedWork<ReindexAllListener, { readonly agrees: boolean }>> {
    admitEverywhere(principal, 'reindex');
    const namespaces = (await ready(this.readiness, named)) ?? (await this.reindexer.namespaces());
    return (listener, signal) =>
      this.credentials.during(principal, signal, async (held) => {
        let agrees = true;
        for (const namespace of namespaces) {
          const report = await this.reindexer.reindex({ ...request, namespace, signal: held }, listener);
          agrees &&= report.verification.agrees;
          listener.onRebuilt?.(report);
        }
        return { agrees };
      });
  }
}

/** Returns the named namespaces after the indexes are loaded: until then they are incomplete and cannot be judged. */
async function ready(
  readiness: IndexReadiness,
  named: readonly string[] | undefined,
): Promise<readonly Namespace[] | undefined> {
  const checked = named?.map((name, index) => toNamespace(name, `namespaces.${index}`));
  await readiness.whenReady();
  return checked && [...new Set(checked)];
}
