import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Knows the methods of each path, to distinguish a wrong method from a wrong path. */
@Injectable()
export class RouteTable {
  private readonly routes = new Map<string, KnownRoute>();

  /** Records every route registered from now on. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      // Routes of plugins (documents, static files) answer OPTIONS and wildcards; they are not ours.
      if (url.includes('*')) return;
      const route = this.routes.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() };
      for (const name of Array.isArray(method) ? method : [method]) route.methods.add(name);
      this.routes.set(url, route);
    });
  }

  /** The path's methods in alphabetical order; empty for an unknown path. A path of its own wins over a pattern. */
  methodsAt(url: string): readonly string[] {
    const path = pathOf(url);
    const own = this.routes.get(path);
    const methods = new Set<string>(own?.methods);
    if (own === undefined) {
      for (const route of this.routes.values()) {
        if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
      }
    }
    return [...methods].sort();
  }

  /** Whether the path is a route of its own that has no such method: the router would then try patterns. */
  lacksMethod(url: string, method: string): boolean {
    const own = this.routes.get(pathOf(url));
    return own !== undefined && !own.methods.has(method);
  }
}

function pathOf(url: string): string {
  return withoutTrailingSlashes(url.split('?', 1)[0] ?? '');
}

/** Not a pattern: one that looks for the end of the text is tried at every slash, which is quadratic. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** `:coord` in `/memories/:coord` matches one path segment; `::` is a literal colon. */
function toPattern(url: string): RegExp {
  const source = withoutTrailingSlashes(url)
    .split('/')
    .map((step) => (/^:(?!:)/.test(step) ? '[^/]+' : escape(step.replaceAll('::', ':'))))
    .join('/');
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
