import { detached, Embedder, nextTurn, portionsOf } from '@sfm/memory';
import { toUnitLength } from '../vectors/unit-length.js';
import { featuresOf, wordsOf, type WordFeatures } from './word-features.js';

const DEFAULT_DIMENSION = 768;
const MAX_CACHED_WORDS = 50_000;
/** Characters embedded between two turns of the event loop: some milliseconds of work. */
const CHARACTERS_PER_SLICE = 64 * 1024;
/** Different words hashed between two turns: as long. */
const WORDS_PER_SLICE = 1024;

export interface FeatureHashingOptions {
  /** Length of the vectors. Default 768. */
  readonly dimension?: number;
}

/**
 * Embeds without a model: words and their character n-grams, hashed into the dimensions. Similar spelling gives similar
 * vectors, so typos and inflected forms find each other; synonyms do not. Same vectors on every platform.
 */
export class FeatureHashingEmbedder extends Embedder {
  readonly dimension: number;
  readonly space: string;
  override readonly isQuick = true;
  readonly #features = new Map<string, WordFeatures>();
  /** Scratch space for one text; reused, because allocating it takes longer than filling it. */
  readonly #sums: Float64Array;

  /** @throws RangeError when the dimension is not a positive integer. */
  constructor({ dimension = DEFAULT_DIMENSION }: FeatureHashingOptions = {}) {
    super();
    if (!Number.isInteger(dimension) || dimension < 1) {
      throw new RangeError(`the embedding dimension must be a positive integer, not ${dimension}`);
    }
    this.dimension = dimension;
    this.space = `hash-v1:${dimension}`;
    this.#sums = new Float64Array(dimension);
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    let characters = 0;
    for (const text of texts) {
      const counts = new Map<string, number>();
      for (const portion of portionsOf(text, CHARACTERS_PER_SLICE)) {
        for (const word of wordsOf(portion)) counts.set(word, (counts.get(word) ?? 0) + 1);
        characters += portion.length;
        if (characters < CHARACTERS_PER_SLICE) continue;
        characters = 0;
        await nextTurn();
      }
      vectors.push(counts.size > WORDS_PER_SLICE ? await this.#vectorInTurns(counts) : this.#vectorOf(counts));
    }
    return vectors;
  }

  #vectorOf(counts: Iterable<readonly [string, number]>): Float32Array {
    const sums = this.#sums.fill(0);
    this.#add(counts, sums);
    return toUnitLength(sums);
  }

  /** Adds in the same order; in numbers of its own, because others embed meanwhile. */
  async #vectorInTurns(counts: Iterable<readonly [string, number]>): Promise<Float32Array> {
    const sums = new Float64Array(this.dimension);
    let slice: (readonly [string, number])[] = [];
    for (const count of counts) {
      slice.push(count);
      if (slice.length < WORDS_PER_SLICE) continue;
      this.#add(slice, sums);
      slice = [];
      await nextTurn();
    }
    this.#add(slice, sums);
    return toUnitLength(sums);
  }

  #add(counts: Iterable<readonly [string, number]>, sums: Float64Array): void {
    for (const [word, count] of counts) {
      const { indexes, weights } = this.#featuresOf(word);
      // A square root damps repetition as a logarithm would, and is bit-exact on every platform.
      const damped = Math.sqrt(count);
      for (let position = 0; position < indexes.length; position++) {
        const index = indexes[position]!;
        sums[index] = sums[index]! + damped * weights[position]!;
      }
    }
  }

  #featuresOf(word: string): WordFeatures {
    const cached = this.#features.get(word);
    if (cached) return cached;
    const features = featuresOf(word, this.dimension);
    if (this.#features.size >= MAX_CACHED_WORDS) this.#features.clear();
    this.#features.set(detached(word), features);
    return features;
  }
}
