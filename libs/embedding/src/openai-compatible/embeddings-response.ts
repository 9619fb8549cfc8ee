import { EmbedderUnavailableError } from '@sfm/memory';
import { toUnitLength } from '../vectors/unit-length.js';

/** The expected vectors. */
export interface ExpectedEmbeddings {
  readonly count: number;
  readonly dimension: number;
  readonly model: string;
}

/**
 * The vectors of an embeddings answer, in the order of the inputs (`index` decides, not position), unit length.
 *
 * @throws EmbedderUnavailableError when the answer lacks a vector, or has one of another dimension or not made of numbers.
 */
export function readEmbeddings(answer: unknown, { count, dimension, model }: ExpectedEmbeddings): Float32Array[] {
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const [position, entry] of entriesOf(answer).entries()) {
    const index = isRecord(entry) && typeof entry.index === 'number' ? entry.index : position;
    const embedding = isRecord(entry) ? entry.embedding : undefined;
    if (!Number.isInteger(index) || index < 0 || index >= count || vectors[index]) {
      throw unusable(model, `has an embedding for input ${index}, which was not asked for or is there twice`);
    }
    vectors[index] = toUnitLength(numbersOf(embedding, dimension, model));
  }
  return vectors.map((vector, index) => {
    if (!vector) throw unusable(model, `has no embedding for input ${index} of ${count}`);
    return vector;
  });
}

function entriesOf(answer: unknown): unknown[] {
  return isRecord(answer) && Array.isArray(answer.data) ? answer.data : [];
}

function numbersOf(embedding: unknown, dimension: number, model: string): number[] {
  if (!Array.isArray(embedding)) throw unusable(model, 'has an embedding that is not a list of numbers');
  if (embedding.length !== dimension) {
    throw unusable(
      model,
      `has ${embedding.length} dimensions, but ${dimension} are configured: set the vector dimension to ${embedding.length}, or choose another model`,
    );
  }
  return embedding.map((component: unknown) => {
    if (typeof component !== 'number' || !Number.isFinite(component)) {
      throw unusable(model, 'has an embedding that is not a list of finite numbers');
    }
    return component;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function unusable(model: string, problem: string): EmbedderUnavailableError {
  return new EmbedderUnavailableError(`the answer of embedding model ${model} ${problem}`);
}
