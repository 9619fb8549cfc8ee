import {
  noteWriting,
  resolveNamespace,
  widenScope,
  type LifecycleReport,
  type LifecycleService,
  type Namespace,
  type NamespaceRetention,
  type Principal,
  type RetentionPolicy,
  type RetentionService,
} from '@sfm/memory';
import { admit } from './admission.js';

/** As the caller names it; the principal's when omitted. */
interface NamedNamespace {
  readonly namespace?: string;
}

/**
 * What is kept of a namespace that the principal may use. Every method throws ScopeForbiddenError if the principal may not
 * do it, and NamespaceForbiddenError for a namespace that it may not use.
 */
export class AuthorizedLifecycle {
  constructor(
    private readonly retentions: RetentionService,
    private readonly lifecycle: LifecycleService,
  ) {}

  /** See `RetentionService.read`. @throws InvalidRequestError for a name that is none */
  async readRetention(principal: Principal, { namespace }: NamedNamespace): Promise<NamespaceRetention> {
    admit(principal, 'readRetention');
    return this.retentions.read(named(principal, namespace));
  }

  /** See `RetentionService.replace`. @throws InvalidRequestError for a name that is none */
  async replaceRetention(
    principal: Principal,
    { namespace, policy }: NamedNamespace & { readonly policy: RetentionPolicy },
  ): Promise<NamespaceRetention> {
    admit(principal, 'replaceRetention');
    const changed = named(principal, namespace);
    noteWriting(changed);
    return this.retentions.replace(changed, policy);
  }

  /** See `LifecycleService.preview` and `run`; of the principal's namespace. */
  async runLifecycle(principal: Principal, { isDryRun }: { readonly isDryRun: boolean }): Promise<LifecycleReport> {
    admit(principal, 'runLifecycle');
    const { namespace } = principal;
    if (!isDryRun) noteWriting();
    return isDryRun ? this.lifecycle.preview(namespace) : this.lifecycle.run(namespace);
  }
}

function named(principal: Principal, namespace: string | undefined): Namespace {
  const resolved = resolveNamespace(principal.namespaces, namespace, principal.namespace);
  widenScope([resolved]);
  return resolved;
}
