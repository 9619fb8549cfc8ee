import type { SessionNeighbour } from '../../../index-model/lexical-index.port.js';

/** Lexical signal (0..1) by memory key; what has none is absent. */
export type LexicalSignals = ReadonlyMap<string, number>;

/** What the memories around one in its session tell about it. */
export interface NeighbourSignals {
  readonly before: number;
  readonly after: number;
  readonly answer: number;
}

export interface NeighbourInput {
  readonly neighbours: readonly SessionNeighbour[];
  readonly lexical: LexicalSignals;
  /** Whether the memory of a key asks something. */
  readonly asks: (key: string) => boolean;
  /** See `RankingOptions.neighbourFading`. */
  readonly fading: number;
}

/**
 * Lets the lexical signal of each match flow to its session neighbours, by key of the neighbour. So the memory that
 * answers a question is found by the words of the question.
 */
export function neighbourSignals({ neighbours, lexical, asks, fading }: NeighbourInput): Map<string, NeighbourSignals> {
  const signals = new Map<string, { before: number; after: number; answer: number }>();
  for (const { of, key, offset } of neighbours) {
    const flow = lexical.get(of) ?? 0;
    if (flow === 0 || offset === 0) continue;
    const received = signals.get(key) ?? { before: 0, after: 0, answer: 0 };
    const faded = flow * fading ** (Math.abs(offset) - 1);
    // `key` comes `offset` after `of`: what it receives came before it when the offset is positive.
    if (offset > 0) received.before += faded;
    else received.after += faded;
    if (offset === 1 && asks(of)) received.answer += flow;
    signals.set(key, received);
  }
  return signals;
}

/** By session: the mean of its `count` best lexical signals, fewer counting as 0. */
export function sessionSignals(
  lexical: LexicalSignals,
  sessionOf: (key: string) => string | null,
  count: number,
): Map<string, number> {
  const bySession = new Map<string, number[]>();
  for (const [key, signal] of lexical) {
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
