/** Weights of the signals that make up a score. The best lexical match of a query has the signal 1. */
export interface SignalWeights {
  /** By name of the lane. Recall refuses to start with a lane that has none. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Lexical matches just before a memory in its session: talk goes on about what it was about. */
  readonly before: number;
  /** Lexical matches just after a memory in its session. */
  readonly after: number;
  /**
   * The lexical match of the memory just before, once more, when that one asks something: the answer often leaves out
   * the words of the question (adjacency pairs: Schegloff & Sacks, "Opening up Closings", 1973).
   */
  readonly answer: number;
  /** Mean of the best matches in the same session: a session about the topic (passage evidence, Callan, SIGIR 1994). */
  readonly session: number;
  /** Share of the words of the memory's source that the query names. */
  readonly source: number;
  /** How well the memory's time fits a date named in the query. */
  readonly date: number;
  /** Taken off a memory of a session that ends in a question: it asks for what is looked for. */
  readonly asking: number;
  /** Share of the caller's context that the payload has. */
  readonly context: number;
}

/** Weights and sizes of recall's ranking. */
export interface RankingOptions {
  /** Candidates each lane proposes; contents are read of twice as many candidates and neighbours. */
  readonly candidates: number;
  /** Session neighbours looked at on each side of a candidate. */
  readonly neighbourReach: number;
  /** A neighbour one step further away counts this share of the nearer one, 0..1. */
  readonly neighbourFading: number;
  /** Best matches of a session that its evidence is the mean of. */
  readonly sessionMatches: number;
  /** Days until a memory from after a named date counts 1/e: things are told after they happen. */
  readonly dateFadingDays: number;
  readonly weights: SignalWeights;
}

/**
 * The shipped ranking. Each weight lies in a wide flat region: halving or doubling any of them costs little. Signals
 * that need a session, a source or a time are zero for payloads without one, so plain data is ranked by text alone.
 */
export const DEFAULT_RANKING: RankingOptions = {
  candidates: 40,
  neighbourReach: 3,
  neighbourFading: 0.75,
  sessionMatches: 3,
  dateFadingDays: 14,
  weights: {
    lanes: {
      // BM25 as a share of the query's best match: the measure all other weights compare with.
      lexical: 1,
      // Cosine, where positive. Small, because the default embedder only knows spelling: it finds typos and word forms
      // that the lexical lane misses. An embedder that knows meaning deserves 1 or more.
      vector: 0.15,
    },
    before: 0.3,
    after: 0.25,
    answer: 0.3,
    session: 0.6,
    source: 0.25,
    date: 0.5,
    asking: -0.2,
    context: 0.5,
  },
};
