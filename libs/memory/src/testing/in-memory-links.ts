import { MemoryNotFoundError } from '../model/errors.js';
import {
  LinkReader,
  type BridgesQuery,
  type CheapestPath,
  type CheapestPathQuery,
  type Step,
  type StepsFrom,
  type StepsQuery,
  type TouchingQuery,
} from '../links/ports/link-reader.port.js';
import type {
  LinkCommand,
  LinkReceipt,
  PruneCommand,
  PruneReceipt,
  RequiredEnds,
  UnlinkCommand,
} from '../links/ports/link-writer.port.js';
import type { Link } from '../links/ports/link.js';
import type { Namespace } from '../model/namespace.js';

/** Reads and writes links in memory, for tests of what stands above the ports. What lives where, a test says. */
export class InMemoryLinks extends LinkReader {
  links: Link[] = [];
  readonly calls: string[] = [];
  readonly expired = new Set<string>();
  private made = 0;

  constructor(private readonly lives: (namespace: Namespace, key: string) => boolean = () => true) {
    super();
  }

  async link(command: LinkCommand, required: RequiredEnds): Promise<LinkReceipt> {
    this.calls.push('link');
    const { namespace, from, to, type, weight, metadata } = command;
    const ends = required === 'both' ? [from, to] : required === 'from' ? [from] : [];
    const missing = ends.find(({ key }) => !this.lives(namespace, key));
    if (missing) throw new MemoryNotFoundError(namespace, missing.key);
    const known = this.links.find(
      (link) =>
        link.namespace === namespace && link.from.key === from.key && link.to.key === to.key && link.type === type,
    );
    const now = new Date('2026-03-01T10:00:00Z');
    const fresh = { namespace, from, to, type, weight, metadata, updatedAt: now };
    if (!known) {
      this.made += 1;
      this.links.push({ ...fresh, id: this.made, version: 1, createdAt: now });
      return { version: 1, created: true, changed: true };
    }
    const changed = known.weight !== weight || JSON.stringify(known.metadata) !== JSON.stringify(metadata);
    const version = known.version + (changed ? 1 : 0);
    this.links = this.links.map((link) => (link === known ? { ...known, ...fresh, version } : link));
    return { version, created: false, changed };
  }

  async unlink({ namespace, fromKey, toKey, type }: UnlinkCommand): Promise<number> {
    this.calls.push('unlink');
    return this.remove(
      (link) =>
        link.namespace === namespace &&
        link.from.key === fromKey &&
        link.to.key === toKey &&
        (type === undefined || link.type === type),
    );
  }

  async prune({ namespace, fromKey, type, ...bounds }: PruneCommand): Promise<PruneReceipt> {
    this.calls.push('prune');
    const { weightBelow = 0, maxDegree = Infinity, allowsAll } = bounds;
    const own = this.from(namespace, fromKey)
      .filter((link) => type === undefined || link.type === type)
      .sort((a, b) => b.weight - a.weight || a.id - b.id);
    const doomed = own.filter((link, place) => link.weight < weightBelow || place >= maxDegree);
    if (own.length > 0 && doomed.length === own.length && !allowsAll) return { removed: 0, refused: own.length };
    return { removed: this.remove((link) => doomed.includes(link)) };
  }

  async touching(namespace: Namespace, keys: readonly string[], query: TouchingQuery) {
    this.calls.push('touching');
    const { direction, type, other, order, limit, after } = query;
    const sign = order === 'newest' ? -1 : 1;
    return keys.flatMap((at) =>
      [
        ...(direction === 'in' ? [] : this.from(namespace, at)),
        ...(direction === 'out'
          ? []
          : this.links.filter(
              (link) =>
                link.namespace === namespace &&
                link.to.key === at &&
                (direction === 'in' || link.from.key !== link.to.key),
            )),
      ]
        .filter((link) => type === undefined || link.type === type)
        .filter((link) => other === undefined || [link.from.key, link.to.key].includes(other))
        .filter((link) => !this.expired.has(link.from.key) && !this.expired.has(link.to.key))
        .filter(({ id }) => after === undefined || sign * (id - after) > 0)
        .sort((a, b) => sign * (a.id - b.id))
        .slice(0, limit)
        .map((link) => ({ at, link })),
    );
  }

  async steps(namespace: Namespace, from: readonly StepsFrom[], { direction, type, limit }: StepsQuery) {
    this.calls.push('steps');
    return from.flatMap(({ key, after }) =>
      this.links
        .filter((link) => link.namespace === namespace && (direction === 'out' ? link.from : link.to).key === key)
        .filter((link) => type === undefined || link.type === type)
        .filter(({ weight, id }) => !after || weight > after.weight || (weight === after.weight && id > after.id))
        .sort((a, b) => a.weight - b.weight || a.id - b.id)
        .slice(0, limit)
        .map((link) => toStep(link, direction)),
    );
  }

  async bridges(namespace: Namespace, { from, to, type }: BridgesQuery) {
    const steps = await this.steps(namespace, from, { direction: 'out', limit: Infinity, ...(type ? { type } : {}) });
    const below = new Map(from.map((one) => [one.key, one.below]));
    return steps.filter(({ at, other, weight }) => to.includes(other) && weight < (below.get(at) ?? 0));
  }

  /** Bellman and Ford: the best way to each coordinate with one link more, again and again. */
  async cheapestPath(namespace: Namespace, query: CheapestPathQuery): Promise<CheapestPath> {
    this.calls.push('cheapestPath');
    const { from, to, type, maxLinks, cost, closed, most } = query;
    const own = this.links.filter((link) => link.namespace === namespace && (type === undefined || link.type === type));
    const cheapest = new Map([[from, { nodes: [from], steps: [] as Step[], cost: 0 }]]);
    let looked = 0;
    for (let links = 0; links < maxLinks && looked < most; links += 1) {
      const before = [...cheapest];
      for (const [node, way] of before) {
        for (const step of own.filter((link) => link.from.key === node).map((link) => toStep(link, 'out'))) {
          looked += 1;
          const there = Math.min(Number.MAX_VALUE, way.cost + (cost === 'weight' ? step.weight : 1));
          if (closed.includes(step.other) || there >= (cheapest.get(step.other)?.cost ?? Infinity)) continue;
          cheapest.set(step.other, { nodes: [...way.nodes, step.other], steps: [...way.steps, step], cost: there });
        }
      }
    }
    const path = cheapest.get(to);
    return { looked: Math.min(looked, most), isFinal: cheapest.size === 1, ...(path ? { path } : {}) };
  }

  async count(namespace: Namespace | undefined): Promise<number> {
    return this.links.filter((link) => namespace === undefined || link.namespace === namespace).length;
  }

  async ended(_namespace: Namespace, keys: readonly string[]) {
    return new Set(keys.filter((key) => this.expired.has(key)));
  }

  async exists(namespace: Namespace) {
    this.calls.push('exists');
    return this.links.some((link) => link.namespace === namespace);
  }

  async living(namespace: Namespace, keys: readonly string[]) {
    this.calls.push('living');
    return new Set(keys.filter((key) => this.lives(namespace, key) && !this.expired.has(key)));
  }

  private from(namespace: Namespace, key: string): Link[] {
    return this.links.filter((link) => link.namespace === namespace && link.from.key === key);
  }

  private remove(isGone: (link: Link) => boolean): number {
    const before = this.links.length;
    this.links = this.links.filter((link) => !isGone(link));
    return before - this.links.length;
  }
}

function toStep({ from, to, type, weight, id }: Link, direction: 'out' | 'in'): Step {
  const [at, other] = direction === 'out' ? [from.key, to.key] : [to.key, from.key];
  return { at, other, type, weight, id };
}
