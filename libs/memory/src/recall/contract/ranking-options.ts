/** Weights of the signals that make up a score. The best lexical match of a query has the signal 1. */
export interface SignalWeights {
  /** By lane name. Recall refuses to start if a lane has no weight. */
  readonly lanes: Readonly<Record<string, number>>;
  /** Matches just before a memory in its session, because a conversation stays on its topic. */
  readonly before: number;
  /** Matches just after a memory in its session. */
  readonly after: number;
  /**
   * The match of the memory just before, counted again when that memory asks a question: an answer often omits
   * the words of the question (adjacency pairs: Schegloff & Sacks, "Opening up Closings", 1973).
   */
  readonly answer: number;
  /**
   * Mean of the best matches in the same session: the session is about the topic (passage evidence, Callan, SIGIR
   * 1994).
   */
  readonly session: number;
  /** Share of the words of the memory's source that occur in the query. */
  readonly source: number;
  /** How well the memory's time fits a date named in the query. */
  readonly date: number;
  /** Whether the text names a time, where the query asks for one. */
  readonly when: number;
  /** Share of older memories among those whose words fit the query equally well. */
  readonly newer: number;
  /** Penalty for a memory of a session that ends in a question: it asks for the answer instead of giving it. */
  readonly asking: number;
  /** Share of the caller's context that matches the payload. */
  readonly context: number;
  /** Share of the query's pairs of neighbouring words that stand side by side in the text, in that order. */
  readonly order: number;
}

/** How far links are followed from strong hits. The work of one recall is bounded by these numbers alone. */
export interface LinkFollowing {
  /** Most hits that links are followed from. */
  readonly seeds: number;
  /** Most links of one memory that are followed, in each direction: those that weigh least. */
  readonly neighbours: number;
  /** Most linked memories whose own links are followed in turn: those with the strongest signals. */
  readonly further: number;
  /** Each further link of a path multiplies the signal by this, 0..1. */
  readonly fading: number;
  /** Each 1 that the links of a path weigh multiplies the signal by this, 0..1. */
  readonly dimming: number;
  /** Longest time that following may take, milliseconds; then recall goes on without. */
  readonly timeoutMs: number;
}

/** Weights and sizes of recall's ranking. */
export interface RankingOptions {
  /** Candidates each lane proposes; contents are read for twice as many candidates and neighbours. */
  readonly candidates: number;
  /** Session neighbours considered on each side of a candidate. */
  readonly neighbourReach: number;
  /** Each further step away multiplies a neighbour's signal by this, 0..1. */
  readonly neighbourFading: number;
  /** Number of best matches in a session whose mean is the session's signal. */
  readonly sessionMatches: number;
  /** Days after a named date at which a memory's date signal has fallen to 1/e: events are told after they happen. */
  readonly dateFadingDays: number;
  readonly links: LinkFollowing;
  readonly weights: SignalWeights;
}

/**
 * The default ranking. Each weight lies in a wide flat region: halving or doubling any of them changes little. Signals
 * that need a session, a source or a time are zero for payloads without one, so plain data is ranked by text alone.
 */
export const DEFAULT_RANKING: RankingOptions = {
  candidates: 40,
  neighbourReach: 3,
  neighbourFading: 0.75,
  sessionMatches: 3,
  dateFadingDays: 14,
  links: { seeds: 10, neighbours: 16, further: 16, fading: 0.75, dimming: 0.85, timeoutMs: 1000 },
  weights: {
    lanes: {
      // BM25 as a share of the query's best match: the reference for all other weights.
      lexical: 1,
      // The rank among the nearest. Small, because the default embedder only knows spelling: it finds typos and word forms
      // that the lexical lane misses. `MODEL_RANKING` has another weight.
      vector: 0.3,
      // What links lead to from strong hits: a link of weight 1 passes on 85 % of the hit's strength.
      graph: 0.8,
    },
    before: 0.25,
    after: 0.25,
    answer: 0.45,
    session: 0.4,
    source: 0.25,
    date: 1,
    when: 0.4,
    // More than chances of spelling make of the vector's part.
    newer: 0.05,
    asking: -0.25,
    context: 0.5,
    order: 0.15,
  },
};

/** The default ranking with an embedder that knows what words mean. */
export const MODEL_RANKING: RankingOptions = {
  ...DEFAULT_RANKING,
  weights: { ...DEFAULT_RANKING.weights, lanes: { ...DEFAULT_RANKING.weights.lanes, vector: 0.8 } },
};
