import { withScope } from '@sfm/memory';

/**
 * The same adapter, with every method run as work of the service itself: for what has to see the rows of all namespaces, and
 * tells nobody of those that are not his.
 */
export function ofTheService<T extends object>(adapter: T): T {
  return new Proxy(adapter, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown =>
        withScope(undefined, () => Reflect.apply(member, target, args) as unknown);
    },
  });
}
