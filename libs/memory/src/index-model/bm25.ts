/** Parameters of Okapi BM25: how fast repeated terms saturate (`k1` > 0), how much length counts (`b`, 0..1). */
export interface Bm25Options {
  readonly k1: number;
  readonly b: number;
}

/**
 * Defaults for short memories: repeating a word adds little, and a longer memory usually carries more information.
 *
 * Source: the defaults of Anserini (Yang et al., SIGIR 2017), tuned on passages rather than on whole documents.
 */
export const DEFAULT_BM25: Bm25Options = { k1: 0.9, b: 0.4 };

/**
 * Returns the weight of a term by its rarity, always above 0.
 *
 * Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the +1 inside the
 * logarithm that keeps terms of more than half the documents positive.
 */
export function inverseDocumentFrequency(documents: number, documentFrequency: number): number {
  return Math.log(1 + (documents - documentFrequency + 0.5) / (documentFrequency + 0.5));
}

/** Returns the score of `occurrences` of a term of the given weight in a text of `length` tokens. */
export function termScore(
  idf: number,
  occurrences: number,
  length: number,
  averageLength: number,
  { k1, b }: Bm25Options,
): number {
  return (idf * occurrences * (k1 + 1)) / (occurrences + k1 * (1 - b + (b * length) / averageLength));
}
