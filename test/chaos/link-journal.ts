import type { Violation } from './invariants.js';
import type { Outcome } from './operation-journal.js';

/** One link that is made or changed, or removed. `step` is the weight that a made link has. */
export interface LinkStep {
  readonly kind: 'link' | 'unlink';
  readonly step: number;
  /** `unknown` until it is answered. */
  readonly outcome: Outcome;
}

/** A row of the ledger about a link, oldest first. */
export interface ObservedLinkEvent {
  readonly link: string;
  readonly type: string;
  readonly step: number;
  readonly version: number;
}

/** A row of `memory_links`. */
export interface ObservedLink {
  readonly link: string;
  readonly step: number;
  readonly version: number;
}

export interface ObservedLinks {
  readonly links: readonly ObservedLink[];
  readonly linkEvents: readonly ObservedLinkEvent[];
}

/** What was asked of each link, in which order, and how it was answered. */
export class LinkJournal {
  private readonly histories = new Map<string, LinkStep[]>();
  private steps = 0;

  /** Notes a step before it is sent. */
  send(kind: LinkStep['kind'], link: string): LinkStep {
    const step: LinkStep = { kind, step: (this.steps += 1), outcome: 'unknown' };
    this.histories.set(link, [...this.stepsOf(link), step]);
    return step;
  }

  /** Notes the answer. Resolves to false when the link takes no more steps: this one may still happen. */
  settle(link: string, { step }: LinkStep, outcome: Outcome): boolean {
    const settled = this.stepsOf(link).map((one) => (one.step === step ? { ...one, outcome } : one));
    this.histories.set(link, settled);
    return outcome !== 'unknown';
  }

  links(): readonly string[] {
    return [...this.histories.keys()];
  }

  /** The steps of a link that may have happened, in order. */
  effects(link: string): readonly LinkStep[] {
    return this.stepsOf(link).filter(({ outcome }) => outcome !== 'refused');
  }

  count(kind: LinkStep['kind'], outcome: Outcome): number {
    const all = [...this.histories.values()].flat();
    return all.filter((one) => one.kind === kind && one.outcome === outcome).length;
  }

  private stepsOf(link: string): readonly LinkStep[] {
    return this.histories.get(link) ?? [];
  }
}

/**
 * Every acknowledged step is one row of the ledger, in order; a failed or unknown one is a row or none. Removing what is not
 * there is none. And the link is what its last row says.
 */
export function brokenLinks(journal: LinkJournal, { links, linkEvents }: ObservedLinks): Violation[] {
  const broken = journal.links().flatMap((link) => {
    const told = linkEvents.filter((event) => event.link === link);
    const [row, ...others] = links.filter((one) => one.link === link);
    const effects = journal.effects(link);
    if (!tellsAll(told, effects)) {
      const steps = effects.map(({ kind, step, outcome }) => `${kind} ${step} ${outcome}`).join(', ');
      return [{ promise: 'ledger of links', detail: `${link}: ${JSON.stringify(told)} after ${steps}` }];
    }
    const last = told.at(-1);
    const isThere = last?.type === 'linked';
    if (isThere ? row?.step === last.step && row.version === last.version && others.length === 0 : row === undefined)
      return [];
    return [{ promise: 'links', detail: `${link}: ${JSON.stringify(row)} after ${JSON.stringify(last)}` }];
  });
  const known = new Set(journal.links());
  const stray = [...links, ...linkEvents].filter(({ link }) => !known.has(link));
  return [...broken, ...stray.map(({ link }) => ({ promise: 'nothing from nowhere', detail: `a link ${link}` }))];
}

/** Whether the rows are the steps, with some of those left out that were not acknowledged. */
function tellsAll(events: readonly ObservedLinkEvent[], steps: readonly LinkStep[]): boolean {
  // Numbers of rows that the steps so far can have made.
  let told = new Set([0]);
  for (const step of steps) {
    const next = new Set<number>();
    for (const count of told) {
      const isThere = events[count - 1]?.type === 'linked';
      const makesNone = step.outcome !== 'acknowledged' || (step.kind === 'unlink' && !isThere);
      if (makesNone) next.add(count);
      if (tells(events, count, step)) next.add(count + 1);
    }
    told = next;
  }
  return told.has(events.length);
}

function tells(events: readonly ObservedLinkEvent[], index: number, { kind, step }: LinkStep): boolean {
  const [before, event] = [events[index - 1], events[index]];
  const isThere = before?.type === 'linked';
  if (kind === 'unlink') return isThere && event?.type === 'unlinked' && event.version === before.version;
  return event?.type === 'linked' && event.step === step && event.version === (isThere ? before.version + 1 : 1);
}
