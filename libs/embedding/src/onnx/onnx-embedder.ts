import { Embedder, EmbedderUnavailableError, throwIfEnded } from '@sfm/memory';
import { beginningOf, MAX_MODEL_CHARACTERS } from '../texts/model-text.js';
import { toUnitLength } from '../vectors/unit-length.js';
import { openModelFolder, type ModelPrecision } from './model-folder.js';
import {
  loadTransformers,
  type FeatureExtractor,
  type Pooling,
  type TransformersRuntime,
} from './transformers-runtime.js';

export interface OnnxOptions {
  /** Folder of the model: config.json, tokenizer.json, tokenizer_config.json and onnx/model*.onnx. */
  readonly folder: string;
  /** Vector length of the model; other lengths are refused. */
  readonly dimension: number;
  /** Which weights to use. Default fp32 (`onnx/model.onnx`). */
  readonly precision?: ModelPrecision;
  /** Default mean. */
  readonly pooling?: Pooling;
  /** Texts per run of the model. Default 16. */
  readonly batchSize?: number;
  /** Loads transformers.js; by default the installed package. */
  readonly loadRuntime?: () => Promise<TransformersRuntime>;
}

/** Embeds with a local ONNX model through transformers.js. Opens only what is on disk. Blank texts get the zero vector. */
export class OnnxEmbedder extends Embedder {
  readonly dimension: number;
  readonly #pooling: Pooling;
  readonly #batchSize: number;

  private constructor(
    private readonly extract: FeatureExtractor,
    readonly space: string,
    options: OnnxOptions,
  ) {
    super();
    this.dimension = options.dimension;
    this.#pooling = options.pooling ?? 'mean';
    this.#batchSize = options.batchSize ?? 16;
  }

  /**
   * Loads the model. The space is a hash of the model's files, pooling and dimension.
   *
   * @throws EmbedderUnavailableError when the package or a file is absent, or the model does not load.
   */
  static async open(options: OnnxOptions): Promise<OnnxEmbedder> {
    const { folder, dimension, precision = 'fp32', pooling = 'mean', loadRuntime = loadTransformers } = options;
    const { name, parent, fingerprint } = await openModelFolder(folder, precision);
    const runtime = await loadRuntime();
    runtime.env.allowRemoteModels = false;
    runtime.env.allowLocalModels = true;
    runtime.env.localModelPath = parent;
    const extract = await runtime
      .pipeline('feature-extraction', name, { dtype: precision, local_files_only: true })
      .catch((cause: unknown) => {
        throw new EmbedderUnavailableError(`the model in ${folder} does not load: ${messageOf(cause)}`, { cause });
      });
    return new OnnxEmbedder(extract, `onnx:${fingerprint}:${pooling}:${dimension}`, options);
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = texts.map(() => new Float32Array(this.dimension));
    const positions = texts.flatMap((text, position) => (text.trim() === '' ? [] : [position]));
    for (let start = 0; start < positions.length; start += this.#batchSize) {
      // A run cannot be stopped, so the time is checked between them.
      throwIfEnded();
      const batch = positions.slice(start, start + this.#batchSize);
      const rows = await this.#run(batch.map((position) => beginningOf(texts[position] ?? '', MAX_MODEL_CHARACTERS)));
      batch.forEach((position, index) => (vectors[position] = rows[index] ?? new Float32Array(this.dimension)));
    }
    return vectors;
  }

  async #run(texts: readonly string[]): Promise<Float32Array[]> {
    const { dims, data } = await this.extract(texts, { pooling: this.#pooling, normalize: true }).catch(
      (cause: unknown) => {
        throw new EmbedderUnavailableError(`the local model failed: ${messageOf(cause)}`, { cause });
      },
    );
    const [rows, width] = dims;
    if (rows !== texts.length || width !== this.dimension) {
      throw new EmbedderUnavailableError(
        `the local model answered ${dims.join(' x ')} numbers for ${texts.length} texts, but ${this.dimension} dimensions are configured`,
      );
    }
    const numbers = Array.from(data);
    return texts.map((_, row) => toUnitLength(numbers.slice(row * width, (row + 1) * width)));
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
