import { IndexUnavailableError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { LinkReader, Step, StepsFrom, StepsQuery } from '../links/ports/link-reader.port.js';
import type { PastLink } from './past-links.port.js';

/** Links of a moment, as a lane follows them. */
export class LinksThen implements Pick<LinkReader, 'exists' | 'steps' | 'ended'> {
  private readonly touching: Readonly<Record<StepsQuery['direction'], ReadonlyMap<string, readonly Step[]>>>;

  /** @param links undefined when they could not be read: then nothing is followed, and the answer says so */
  constructor(private readonly links: readonly PastLink[] | undefined) {
    const sorted = [...(links ?? [])].sort((one, other) => one.weight - other.weight || one.id - other.id);
    const out = sorted.map(({ from, to, type, weight, id }) => ({ at: from, other: to, type, weight, id }));
    const back = sorted.map(({ from, to, type, weight, id }) => ({ at: to, other: from, type, weight, id }));
    this.touching = { out: byEnd(out), in: byEnd(back) };
  }

  async exists(): Promise<boolean> {
    if (!this.links) throw new IndexUnavailableError('there were too many changes of links to follow them in the past');
    return this.links.length > 0;
  }

  async steps(_: Namespace, from: readonly StepsFrom[], { direction, limit }: StepsQuery): Promise<readonly Step[]> {
    return from.flatMap(({ key }) => (this.touching[direction].get(key) ?? []).slice(0, limit));
  }

  /** What had expired is no memory of the moment, and no link to it is among these. */
  async ended(): Promise<ReadonlySet<string>> {
    return new Set();
  }
}

function byEnd(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>();
  for (const step of steps) {
    const known = found.get(step.at);
    if (known) known.push(step);
    else found.set(step.at, [step]);
  }
  return found;
}
