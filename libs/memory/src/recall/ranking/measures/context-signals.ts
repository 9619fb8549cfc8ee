import type { SessionNeighbour } from '../../../index-model/lexical-index.port.js';
import type { Proposals } from '../../lanes/lane.js';
import type { Evidence } from '../../evidence/evidence.js';

/** Signal (0..1) by key of the match; keys without a signal are absent. */
export type MatchSignals = ReadonlyMap<string, number>;

/** Signals of matches, and the session neighbours that the matches are evidence for. */
export interface ToldOfSessions {
  readonly signals: MatchSignals;
  readonly neighbours: readonly SessionNeighbour[];
}

/** Returns what all lanes say of matches, with the neighbours of the first lane that tells them: others would say the same. */
export function toldOfSessions(proposals: Proposals, { shares }: Evidence): ToldOfSessions {
  for (const { neighbours } of proposals.values()) if (neighbours) return { signals: shares, neighbours };
  return { signals: shares, neighbours: [] };
}

/** Signals that a memory receives from its neighbours in the session. */
export interface NeighbourSignals {
  readonly before: number;
  readonly after: number;
  readonly answer: number;
}

export interface NeighbourInput extends ToldOfSessions {
  /** Returns whether the memory of a key asks a question. */
  readonly asks: (key: string) => boolean;
  /** See `RankingOptions.neighbourFading`. */
  readonly fading: number;
}

/**
 * Passes the signal of each match on to its session neighbours; by key of the neighbour. So the memory that answers a
 * question is found by the words of the question.
 */
export function neighbourSignals({ neighbours, signals, asks, fading }: NeighbourInput): Map<string, NeighbourSignals> {
  const nearby = new Map<string, { before: number; after: number; answer: number }>();
  for (const { of, key, offset } of neighbours) {
    const flow = signals.get(of) ?? 0;
    if (flow === 0 || offset === 0) continue;
    const received = nearby.get(key) ?? { before: 0, after: 0, answer: 0 };
    const faded = flow * fading ** (Math.abs(offset) - 1);
    // `key` is `offset` after `of`: with a positive offset, the match comes before the memory that receives its signal.
    if (offset > 0) received.before += faded;
    else received.after += faded;
    if (offset === 1 && asks(of)) received.answer += flow;
    nearby.set(key, received);
  }
  return nearby;
}

/** Returns by session the mean of its `count` best signals; missing ones count as 0. */
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
