/** Parameters of Okapi BM25: how fast repeated terms saturate (`k1` > 0), how much length counts (`b`, 0..1). */
export interface Bm25Options {
  readonly k1: number;
  readonly b: number;
}

/**
 * Memories are short: a word said once says nearly as much as one said thrice, and a longer memory mostly says more.
 *
 * Source: the defaults of Anserini (Yang et al., SIGIR 2017), tuned on passages rather than on whole documents.
 */
export const DEFAULT_BM25: Bm25Options = { k1: 0.9, b: 0.4 };

/**
 * Weight of a term by its rarity, always above 0.
 *
 * Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the +1 inside
 * the logarithm that keeps terms of more than half the documents positive.
 */
export function inverseDocumentFrequency(documents: number, documentFrequency: number): number {
  return Math.log(1 + (documents - documentFrequency + 0.5) / (documentFrequency + 0.5));
}

/** What `occurrences` of a term of the given weight add to the score of a text of `length` tokens. */
export function termScore(
  idf: number,
  occurrences: number,
  length: number,
  averageLength: number,
  { k1, b }: Bm25Options,
): number {
  return (idf * occurrences * (k1 + 1)) / (occurrences + k1 * (1 - b + (b * length) / averageLength));
}
