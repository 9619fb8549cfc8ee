import { fitting, readInParts } from '../attempts/smaller-parts.js';
import { mapInTurns } from '../attempts/turns.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { derivedCoordinate, isDerivedCoordinate } from '../model/derived-coordinate.js';
import { InvalidRequestError } from '../model/errors.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { isValid, validOf } from '../model/validity.js';
import type { LinkReader, TouchingLink, TouchingQuery } from '../links/ports/link-reader.port.js';
import type { ListPosition } from '../read/list-position.js';
import type { MemoryCatalog } from '../read/memory-catalog.port.js';
import { byCreation, toCandidate, type Candidate } from './candidate.js';
import { clustersOf, type Cluster } from './clusters.js';
import {
  consolidatedContent,
  isConsolidated,
  keysOfSources,
  saysTheSame,
  type ConsolidatedContent,
  type Source,
} from './consolidated-memory.js';
import { CONSOLIDATION_BOUNDS } from './consolidation-request.js';
import type { RunRequest } from './consolidation-runs.port.js';
import type { PlannedCluster, PlannedState } from './planned-cluster.js';
import { Revisiting, type RevisitingPorts } from './revisiting.js';

/** The type of the links that lead from a consolidated memory to each of its sources. */
export const CONSOLIDATED_FROM = 'consolidated_from';

export interface ConsolidationPlan {
  readonly lookedAt: number;
  /** True when there were more in the window than one run looks at. */
  readonly hasMore: boolean;
  /** By their oldest source; then consolidated memories without one. */
  readonly clusters: readonly PlannedCluster[];
}

export interface PlannerPorts extends RevisitingPorts {
  readonly catalog: Pick<MemoryCatalog, 'list'>;
  readonly links: Pick<LinkReader, 'touching'>;
}

export interface PlannerOptions {
  readonly fields: PayloadFields;
  readonly maxDimensions: number;
}

/** Memories may be large: so many are read at once. */
const PAGE = 50;
/** Links of one memory that are looked at. */
const LINKS_PER_MEMORY = 50;
/** The links to a source: more than one only when somebody links by hand. */
const WHOLES = { direction: 'in', type: CONSOLIDATED_FROM, limit: 5 } as const;
/** The links from a consolidated memory. */
const SOURCES = { direction: 'out', type: CONSOLIDATED_FROM, limit: CONSOLIDATION_BOUNDS.maxSources } as const;

/** Finds what is to be consolidated, and into what. Reads only; work and memory are bounded. */
export class ConsolidationPlanner {
  private readonly revisiting: Revisiting;

  constructor(
    private readonly ports: PlannerPorts,
    private readonly options: PlannerOptions,
  ) {
    this.revisiting = new Revisiting(ports);
  }

  /** @throws InvalidRequestError when too many sources of consolidated memories lie outside the window */
  async plan(namespace: Namespace, request: RunRequest): Promise<ConsolidationPlan> {
    const { found, hasMore } = await this.inWindow(namespace, request);
    const wholes = await this.wholesOf(namespace, found);
    const inside = found.map((candidate) => ({ ...candidate, into: wholes.intoOf.get(candidate.key) }));
    const outside = await this.otherSources(namespace, wholes, inside);
    const members = [...inside, ...outside].sort(byCreation);
    const pairs = request.by.includes('links') ? await this.pairs(namespace, inside) : [];
    const clusters = await clustersOf(members, pairs, request);
    const planned = await this.planned(namespace, clusters, wholes);
    const revisited = await this.revisiting.plan(namespace, new Set(planned.map(({ key }) => key)));
    return { lookedAt: found.length, hasMore, clusters: [...planned, ...revisited] };
  }

  /** The oldest episodic memories of the window that hold at present, up to the most that are looked at. */
  private async inWindow(namespace: Namespace, { windowSeconds, untilMs }: RunRequest) {
    const filter = { type: 'episodic', createdFrom: untilMs - windowSeconds * 1000, createdBefore: untilMs } as const;
    const found: Candidate[] = [];
    const now = new Date();
    let after: ListPosition | undefined;
    for (;;) {
      const left = CONSOLIDATION_BOUNDS.maxLookedAt - found.length;
      const query = { filter, ...validOf({}, now), ...(after ? { after } : {}) };
      const { memories, next } = await fitting(Math.min(PAGE, Math.max(1, left)), (limit) =>
        this.ports.catalog.list(namespace, { ...query, limit }, now),
      );
      if (left <= 0) return { found, hasMore: memories.length > 0 || next !== undefined };
      found.push(...(await mapInTurns(memories, (memory) => toCandidate(memory, undefined, this.options.fields))));
      if (next === undefined) return { found, hasMore: false };
      after = next;
    }
  }

  /** The consolidated memories that the candidates are sources of. */
  private async wholesOf(namespace: Namespace, candidates: readonly Candidate[]): Promise<Wholes> {
    const keys = candidates.map(({ key }) => key);
    const links = await this.touching(namespace, keys, WHOLES);
    const possible = links.filter(({ link }) => isDerivedCoordinate(link.from.coordinate));
    const memories = await this.memoriesAt(namespace, [...new Set(possible.map(({ link }) => link.from.key))]);
    const byKey = new Map(memories.filter(isConsolidated).map((memory) => [memory.key, memory]));
    const intoOf = new Map<string, string>();
    for (const { at, link } of possible) {
      if (byKey.has(link.from.key) && !intoOf.has(at)) intoOf.set(at, link.from.key);
    }
    return { byKey, intoOf };
  }

  /** The sources of these memories that are not among the candidates, and hold at present. */
  private async otherSources(
    namespace: Namespace,
    { byKey, intoOf }: Wholes,
    inside: readonly Candidate[],
  ): Promise<readonly Candidate[]> {
    const known = new Set(inside.map(({ key }) => key));
    const used = [...new Set(intoOf.values())];
    const missing = new Map<string, string>();
    for (const into of used) {
      const whole = byKey.get(into);
      for (const key of whole ? keysOfSources(whole) : []) if (!known.has(key)) missing.set(key, into);
    }
    if (missing.size > CONSOLIDATION_BOUNDS.maxLookedAt) {
      const allowed = `must reach less far: what it reaches was consolidated with ${missing.size} memories outside it`;
      throw new InvalidRequestError('window_seconds', allowed);
    }
    const memories = await this.memoriesAt(namespace, [...missing.keys()]);
    const { valid } = validOf({}, new Date());
    const episodic = memories.filter(({ type, validity }) => type === 'episodic' && isValid(validity, valid));
    return mapInTurns(episodic, (memory) => toCandidate(memory, missing.get(memory.key), this.options.fields));
  }

  private async pairs(namespace: Namespace, candidates: readonly Candidate[]) {
    const keys = candidates.map(({ key }) => key);
    const links = await this.touching(namespace, keys, { direction: 'out', limit: LINKS_PER_MEMORY });
    return links.map(({ link }) => [link.from.key, link.to.key] as const);
  }

  private async planned(
    namespace: Namespace,
    clusters: readonly Cluster<Candidate>[],
    { byKey }: Wholes,
  ): Promise<readonly PlannedCluster[]> {
    const places = clusters.map(({ members, into }) => byKey.get(into ?? '')?.coordinate ?? this.placeFor(members));
    const keys = places.map(coordinateKey);
    const lives = await this.memoriesAt(namespace, keys);
    const alive = new Map(lives.map((memory) => [memory.key, memory]));
    const links = await this.touching(namespace, keys, SOURCES);
    const linked = new Set(links.map(({ at, link }) => `${at} ${link.to.key}`));
    const planned = await mapInTurns(clusters, ({ members, by }, index) => {
      const [coordinate, key] = [places[index] ?? [], keys[index] ?? ''];
      const known = alive.get(key);
      const content = consolidatedContent(coordinate, members, known && isConsolidated(known) ? known : undefined);
      const state = stateOf(known, content, members);
      const unlinked = state === 'stale' ? members : members.filter((source) => !linked.has(`${key} ${source.key}`));
      return {
        key,
        coordinate,
        state,
        by,
        sources: members,
        content,
        priorVersion: known?.version ?? 0,
        unlinked: state === 'occupied' ? [] : unlinked,
      };
    });
    return planned;
  }

  private placeFor([oldest]: readonly Candidate[]): Coordinate {
    return derivedCoordinate(`consolidation\n${oldest?.key ?? ''}`, this.options.maxDimensions);
  }

  private async memoriesAt(namespace: Namespace, keys: readonly string[]): Promise<readonly Memory[]> {
    return readInParts(keys, PAGE, (part) => this.ports.memories.findByKeys(namespace, part, new Date()));
  }

  private async touching(
    namespace: Namespace,
    keys: readonly string[],
    asked: Pick<TouchingQuery, 'direction' | 'type' | 'limit'>,
  ): Promise<readonly TouchingLink[]> {
    const found: TouchingLink[] = [];
    const query = { ...asked, order: 'oldest' } as const;
    for (let start = 0; start < keys.length; start += PAGE) {
      const portion = keys.slice(start, start + PAGE);
      found.push(...(await this.ports.links.touching(namespace, portion, { ...query, now: new Date() })));
    }
    return found;
  }
}

interface Wholes {
  readonly byKey: ReadonlyMap<string, Memory>;
  /** Key of the consolidated memory by key of the source. */
  readonly intoOf: ReadonlyMap<string, string>;
}

function stateOf(known: Memory | undefined, content: ConsolidatedContent, members: readonly Source[]): PlannedState {
  if (!known) return 'new';
  if (!isConsolidated(known)) return 'occupied';
  if (saysTheSame(known, content)) return 'unchanged';
  const present = new Set(members.map(({ key }) => key));
  return keysOfSources(known).every((key) => present.has(key)) ? 'changed' : 'stale';
}
