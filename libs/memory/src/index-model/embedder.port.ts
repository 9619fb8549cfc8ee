/** Turns texts into unit-length vectors of one embedding space. */
export abstract class Embedder {
  /** Fingerprint of (model, revision, dimension): vectors of two spaces never mix. Stable across restarts. */
  abstract readonly space: string;
  abstract readonly dimension: number;
  /** True when making a vector again costs less than storing and reading it, so that few have a reason to keep any. */
  readonly isQuick: boolean = false;

  /**
   * One vector per text, in order, each unit length; a text with nothing to embed gives the zero vector.
   *
   * @throws EmbedderUnavailableError when the model cannot be reached or answers unusably.
   */
  abstract embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}
