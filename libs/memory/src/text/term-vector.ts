/** Bag of words of a text after analysis: occurrences by term, and the number of tokens. */
export interface TermVector {
  readonly terms: ReadonlyMap<string, number>;
  readonly length: number;
}
