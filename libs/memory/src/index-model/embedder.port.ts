export interface EmbeddingCall {
  /**
   * Nobody waits for the vectors: a slow answer is waited for, where a caller in a hurry is told at once that the server
   * hangs. @default false
   */
  readonly isPatient?: boolean;
}

/** Turns texts into unit-length vectors in one embedding space. */
export abstract class Embedder {
  /**
   * Fingerprint of (model, revision, dimension): vectors of different spaces are never mixed. Stable across restarts.
   */
  abstract readonly space: string;
  abstract readonly dimension: number;
  /** True when computing a vector again is cheaper than storing and reading it, so that embeddings need not be kept. */
  readonly isQuick: boolean = false;

  /**
   * Returns one unit-length vector per text, in order; a text with nothing to embed gives the zero vector.
   *
   * @throws EmbedderUnavailableError when the model cannot be reached or returns an unusable answer.
   */
  abstract embed(texts: readonly string[], call?: EmbeddingCall): Promise<readonly Float32Array[]>;
}
