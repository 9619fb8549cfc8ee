import {
  InvalidRequestError,
  mayUse,
  NamespaceForbiddenError,
  noteWriting,
  toNamespace,
  widenScope,
  type Namespace,
  type NamespaceCatalogService,
  type NamespaceCopy,
  type NamespaceCopyService,
  type NamespacePage,
  type NamespaceRemoval,
  type NamespaceRemovalService,
  type NamespaceRename,
  type NamespaceRenameService,
  type NamespaceSummary,
  type Principal,
} from '@sfm/memory';
import { admit } from './admission.js';

/** The namespace to look at, as named by the caller; the principal's own when omitted. */
interface NamedNamespace {
  readonly name?: string | undefined;
}

/**
 * Namespaces that the principal may use; of others it learns nothing. Every method throws ScopeForbiddenError without the
 * scope, and NamespaceForbiddenError for a namespace that is not the principal's, whether there is one or not.
 */
export class AuthorizedNamespaces {
  constructor(
    private readonly catalog: NamespaceCatalogService,
    private readonly removals: NamespaceRemovalService,
    private readonly copies: NamespaceCopyService,
    private readonly renames: NamespaceRenameService,
  ) {}

  /** See `NamespaceCatalogService.list`. */
  async listNamespaces(
    principal: Principal,
    page: { readonly after?: Namespace; readonly limit: number },
  ): Promise<NamespacePage> {
    admit(principal, 'listNamespaces');
    widenScope(principal.namespaces);
    return this.catalog.list(principal.namespaces, page);
  }

  /** See `NamespaceCatalogService.summary`. */
  async describeNamespace(principal: Principal, { name }: NamedNamespace): Promise<NamespaceSummary> {
    admit(principal, 'describeNamespace');
    return this.catalog.summary(allowed(principal, name));
  }

  /** What `removeNamespace` would delete. */
  async previewRemoval(principal: Principal, { name }: NamedNamespace): Promise<NamespaceSummary> {
    admit(principal, 'previewRemoval');
    return this.catalog.summary(allowed(principal, name));
  }

  /** See `NamespaceRemovalService.remove`. */
  async removeNamespace(principal: Principal, { name }: NamedNamespace): Promise<NamespaceRemoval> {
    admit(principal, 'removeNamespace');
    const removed = allowed(principal, name);
    noteWriting(removed);
    return this.removals.remove(removed);
  }

  /** See `NamespaceCopyService.copy`. Both namespaces must be the principal's. */
  async cloneNamespace(
    principal: Principal,
    { name, to }: NamedNamespace & { readonly to?: string },
  ): Promise<NamespaceCopy> {
    admit(principal, 'cloneNamespace');
    const { source, target } = both(principal, name, to);
    noteWriting(target);
    return this.copies.copy(source, target);
  }

  /** See `NamespaceRenameService.rename`. Both namespaces must be the principal's. */
  async renameNamespace(
    principal: Principal,
    { name, to }: NamedNamespace & { readonly to?: string },
  ): Promise<NamespaceRename> {
    admit(principal, 'renameNamespace');
    const { source, target } = both(principal, name, to);
    noteWriting(target);
    return this.renames.rename(source, target);
  }
}

function both(principal: Principal, name: string | undefined, to: string | undefined) {
  const source = allowed(principal, name);
  return { source, target: to === undefined ? source : allowed(principal, namespaceIn('to', to)) };
}

/** @throws InvalidRequestError naming the field */
function namespaceIn(field: string, name: string): Namespace {
  try {
    return toNamespace(name);
  } catch (error) {
    throw error instanceof InvalidRequestError ? new InvalidRequestError(field, error.allowed) : error;
  }
}

function allowed({ namespace: own, namespaces }: Principal, name: string | undefined): Namespace {
  const namespace = name === undefined ? own : toNamespace(name);
  if (!mayUse(namespaces, namespace)) throw new NamespaceForbiddenError(namespace);
  widenScope([namespace]);
  return namespace;
}
