import type { LinkReader, Step } from '../../links/ports/link-reader.port.js';
import { parseCoordinate, type Coordinate } from '../../model/coordinate.js';
import type { Namespace } from '../../model/namespace.js';
import type { FollowedStep } from '../contract/followed-path.js';
import type { LinkFollowing } from '../contract/ranking-options.js';
import type { ProposedCandidate } from '../lanes/lane.js';
import type { Seed } from './seeds.js';

/** What links lead to, in a namespace at a time. */
export interface Walked {
  readonly links: Pick<LinkReader, 'steps' | 'ended'>;
  readonly namespace: Namespace;
  readonly now: Date;
}

/** A step of a walk, by keys. */
interface Taken extends Pick<Step, 'type' | 'weight'> {
  readonly to: string;
  readonly direction: 'out' | 'in';
}

/** The best way to a memory so far. */
interface Way {
  readonly seed: Seed;
  readonly taken: readonly Taken[];
  readonly signal: number;
}

/**
 * Follows links, in both directions, from the seeds and once more from the memories found so, and returns what it comes
 * to, each by its strongest path, strongest first. See `FollowedPath` for the signal, `LinkFollowing` for the bounds.
 * Memories that have expired are not passed; whether what it comes to lives, it does not ask. Spreading activation:
 * Collins & Loftus, Psychological Review 82, 1975.
 *
 * @throws StoreUnavailableError; RequestEndedError
 */
export async function followLinks(
  seeds: readonly Seed[],
  { links, namespace, now }: Walked,
  bounds: LinkFollowing,
): Promise<readonly ProposedCandidate[]> {
  const walk = new LinkWalk(seeds, bounds);
  const around = async (keys: readonly string[]) => {
    const from = keys.map((key) => ({ key }));
    const [out, back] = await Promise.all(
      (['out', 'in'] as const).map((direction) =>
        links.steps(namespace, from, { direction, limit: bounds.neighbours }),
      ),
    );
    walk.note('out', out ?? []);
    walk.note('in', back ?? []);
  };
  await around(seeds.map(({ key }) => key));
  const first = walk.goOn(seeds.map((seed) => [seed.key, { seed, taken: [], signal: seed.strength }]));
  if (first.length === 0) return [];
  const ended = await links.ended(
    namespace,
    first.map(([key]) => key),
    now,
  );
  const passed = first.filter(([key]) => !ended.has(key)).slice(0, bounds.further);
  // The links of seeds are known.
  const unknown = passed.map(([key]) => key).filter((key) => !seeds.some((seed) => seed.key === key));
  if (unknown.length > 0) await around(unknown);
  walk.goOn(passed);
  return walk.found();
}

class LinkWalk {
  private readonly best = new Map<string, Way>();
  private readonly steps = new Map<string, Taken[]>();

  constructor(
    private readonly seeds: readonly Seed[],
    private readonly bounds: Pick<LinkFollowing, 'fading' | 'dimming'>,
  ) {}

  note(direction: 'out' | 'in', steps: readonly Step[]): void {
    for (const { at, other, type, weight } of steps) {
      const known = this.steps.get(at) ?? [];
      known.push({ to: other, type, weight, direction });
      this.steps.set(at, known);
    }
  }

  /** Takes every step from where the ways have led. Returns the best ways there are now, strongest first. */
  goOn(ways: readonly (readonly [string, Way])[]): readonly (readonly [string, Way])[] {
    for (const [at, { seed, taken }] of ways) {
      for (const step of this.steps.get(at) ?? []) {
        // What leads back says nothing new.
        if (step.to === seed.key || step.to === at) continue;
        const further = [...taken, step];
        const signal = this.signalOf(seed, further);
        const known = this.best.get(step.to);
        if (!known || signal > known.signal) this.best.set(step.to, { seed, taken: further, signal });
      }
    }
    return this.sorted();
  }

  found(): readonly ProposedCandidate[] {
    return this.sorted().map(([key, { seed, taken, signal }]) => ({
      key,
      score: signal,
      path: { seed: toCoordinate(seed.key), strength: seed.strength, steps: taken.map(toFollowedStep) },
    }));
  }

  private sorted(): readonly (readonly [string, Way])[] {
    return [...this.best].sort(([a, x], [b, y]) => y.signal - x.signal || (a < b ? -1 : 1));
  }

  private signalOf({ strength }: Seed, taken: readonly Taken[]): number {
    const cost = taken.reduce((sum, { weight }) => sum + weight, 0);
    return strength * this.bounds.fading ** (taken.length - 1) * this.bounds.dimming ** cost;
  }
}

function toFollowedStep({ to, type, weight, direction }: Taken): FollowedStep {
  return { to: toCoordinate(to), type, weight, direction };
}

/** Keys are texts of coordinates that were checked when they were stored. */
function toCoordinate(key: string): Coordinate {
  return parseCoordinate(key, Infinity);
}
