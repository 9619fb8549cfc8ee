import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Knows which methods a path answers to, so that a wrong method is told from a wrong path. */
@Injectable()
export class RouteTable {
  private readonly routes = new Map<string, KnownRoute>();

  /** Learns every route that is registered from now on. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      // Routes of plugins (documents, static files) answer OPTIONS and wildcards; they say nothing about ours.
      if (url.includes('*')) return;
      const route = this.routes.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() };
      for (const name of Array.isArray(method) ? method : [method]) route.methods.add(name);
      this.routes.set(url, route);
    });
  }

  /** Methods the path answers to, in alphabetical order; empty for an unknown path. */
  methodsAt(url: string): readonly string[] {
    const path = (url.split('?', 1)[0] ?? '').replace(/(?<=.)\/+$/, '');
    const methods = new Set<string>();
    for (const route of this.routes.values()) {
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
    }
    return [...methods].sort();
  }
}

/** `/memories/:coord` matches one step; `::` is a plain colon. */
function toPattern(url: string): RegExp {
  const source = url
    .replace(/(?<=.)\/+$/, '')
    .split('/')
    .map((step) => (/^:(?!:)/.test(step) ? '[^/]+' : escape(step.replaceAll('::', ':'))))
    .join('/');
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
