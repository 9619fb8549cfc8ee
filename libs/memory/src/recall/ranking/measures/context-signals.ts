import type { SessionNeighbour } from '../../../index-model/lexical-index.port.js';
import type { Proposals } from '../../lanes/lane.js';

/** Signal (0..1) by key of the match; what has none is absent. */
export type MatchSignals = ReadonlyMap<string, number>;

/** Matches that tell about what surrounds them, and what does. */
export interface ToldOfSessions {
  readonly signals: MatchSignals;
  readonly neighbours: readonly SessionNeighbour[];
}

/** What the lane says whose matches tell about their sessions: the first one, or the same talk would count twice. */
export function toldOfSessions(proposals: Proposals): ToldOfSessions {
  for (const { signals, neighbours } of proposals.values()) if (neighbours) return { signals, neighbours };
  return { signals: new Map(), neighbours: [] };
}

/** What the memories around one in its session tell about it. */
export interface NeighbourSignals {
  readonly before: number;
  readonly after: number;
  readonly answer: number;
}

export interface NeighbourInput extends ToldOfSessions {
  /** Whether the memory of a key asks something. */
  readonly asks: (key: string) => boolean;
  /** See `RankingOptions.neighbourFading`. */
  readonly fading: number;
}

/**
 * Lets the signal of each match flow to its session neighbours, by key of the neighbour. So the memory that
 * answers a question is found by the words of the question.
 */
export function neighbourSignals({ neighbours, signals, asks, fading }: NeighbourInput): Map<string, NeighbourSignals> {
  const nearby = new Map<string, { before: number; after: number; answer: number }>();
  for (const { of, key, offset } of neighbours) {
    const flow = signals.get(of) ?? 0;
    if (flow === 0 || offset === 0) continue;
    const received = nearby.get(key) ?? { before: 0, after: 0, answer: 0 };
    const faded = flow * fading ** (Math.abs(offset) - 1);
    // `key` comes `offset` after `of`: what it receives came before it when the offset is positive.
    if (offset > 0) received.before += faded;
    else received.after += faded;
    if (offset === 1 && asks(of)) received.answer += flow;
    nearby.set(key, received);
  }
  return nearby;
}

/** By session: the mean of its `count` best signals, fewer counting as 0. */
export function sessionSignals(
  matches: MatchSignals,
  sessionOf: (key: string) => string | null,
  count: number,
): Map<string, number> {
  const bySession = new Map<string, number[]>();
  for (const [key, signal] of matches) {
    const session = sessionOf(key);
    if (session === null) continue;
    const signals = bySession.get(session);
    if (signals) signals.push(signal);
    else bySession.set(session, [signal]);
  }
  return new Map([...bySession].map(([session, signals]) => [session, meanOfBest(signals, count)]));
}

function meanOfBest(signals: number[], count: number): number {
  const best = signals.sort((a, b) => b - a).slice(0, count);
  return best.reduce((sum, signal) => sum + signal, 0) / count;
}
