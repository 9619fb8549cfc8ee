import { AsyncLocalStorage } from 'node:async_hooks';
import type { Namespace } from './namespace.js';

/** All namespaces, or those that are named exactly or by how their names begin. */
export type ScopedNamespaces = '*' | readonly (Namespace | { readonly prefix: string })[];

/**
 * The namespaces that the work of one request may touch, whatever its statements ask for. A door opens one that covers nothing;
 * only what has checked that the caller may use a namespace widens it. The store holds every statement to it, so that a check or
 * a condition that was forgotten finds nothing.
 */
export class NamespaceScope {
  private readonly namespaces = new Map<string, Namespace | { readonly prefix: string }>();
  private isEverything = false;

  constructor(namespaces: ScopedNamespaces = []) {
    this.widen(namespaces);
  }

  /** What it covers now. */
  get covered(): ScopedNamespaces {
    return this.isEverything ? '*' : [...this.namespaces.values()];
  }

  covers(namespace: Namespace): boolean {
    if (this.isEverything || this.namespaces.has(namespace)) return true;
    for (const one of this.namespaces.values()) {
      if (typeof one !== 'string' && namespace.startsWith(one.prefix)) return true;
    }
    return false;
  }

  widen(namespaces: ScopedNamespaces): void {
    if (namespaces === '*') this.isEverything = true;
    else for (const one of namespaces) this.namespaces.set(typeof one === 'string' ? one : `${one.prefix}\0`, one);
  }
}

const ambient = new AsyncLocalStorage<NamespaceScope | undefined>();

/** Runs `work`, and everything it starts, in the scope; undefined is for work of the service itself, which may touch all. */
export function withScope<T>(scope: NamespaceScope | undefined, work: () => T): T {
  return ambient.run(scope, work);
}

/** Runs `work` that several requests share in a scope of its own. */
export function withinNamespaces<T>(namespaces: ScopedNamespaces, work: () => T): T {
  return ambient.run(new NamespaceScope(namespaces), work);
}

/** The scope of the request that is being worked for; undefined in work of the service itself. */
export function currentScope(): NamespaceScope | undefined {
  return ambient.getStore();
}

/** Lets the current request touch these too. To be called by what has checked that its caller may. */
export function widenScope(namespaces: ScopedNamespaces): void {
  ambient.getStore()?.widen(namespaces);
}
