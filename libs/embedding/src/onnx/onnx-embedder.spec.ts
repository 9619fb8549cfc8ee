import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbedderUnavailableError } from '@sfm/memory';
import { describeEmbedderContract, randomUnitVector, seededRandom } from '@sfm/memory/testing';
import { OnnxEmbedder, type OnnxOptions } from './onnx-embedder.js';
import type { TransformersRuntime } from './transformers-runtime.js';

const DIMENSION = 6;
let folder: string;
let runtime: RecordingRuntime;

/** Stands in for transformers.js: what it is told, and rows that depend on the text only. */
class RecordingRuntime implements TransformersRuntime {
  readonly env = { allowRemoteModels: true, allowLocalModels: false, localModelPath: '/elsewhere' };
  readonly opened: unknown[] = [];
  readonly batches: number[] = [];
  width = DIMENSION;

  async pipeline(...request: Parameters<TransformersRuntime['pipeline']>) {
    this.opened.push([...request, { ...this.env }]);
    return async (texts: readonly string[]) => {
      this.batches.push(texts.length);
      const rows = texts.flatMap((text) => {
        const seed = Array.from(text).reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0, 7);
        return Array.from(randomUnitVector(seededRandom(seed), this.width));
      });
      return { dims: [texts.length, this.width], data: Float32Array.from(rows) };
    };
  }
}

async function writeModel(): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']) {
    await writeFile(join(folder, file), `content of ${file}`);
  }
}

const open = (options: Partial<OnnxOptions> = {}) =>
  OnnxEmbedder.open({ folder, dimension: DIMENSION, loadRuntime: async () => runtime, ...options });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-model-'));
  runtime = new RecordingRuntime();
  await writeModel();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describeEmbedderContract('OnnxEmbedder', { create: () => open() });

describe('OnnxEmbedder', () => {
  it('opens the named folder only, with downloads forbidden before anything is loaded', async () => {
    await open();
    expect(runtime.opened).toEqual([
      [
        'feature-extraction',
        basename(folder),
        { dtype: 'fp32', local_files_only: true },
        { allowRemoteModels: false, allowLocalModels: true, localModelPath: dirname(folder) },
      ],
    ]);
  });

  it('names the files that are missing, without loading anything', async () => {
    await rm(join(folder, 'tokenizer.json'));
    const failure = await open({ precision: 'q8' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmbedderUnavailableError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/lacks tokenizer\.json, onnx\/model_quantized\.onnx: put .*nothing is downloaded/),
    });
    expect(runtime.opened).toEqual([]);
  });

  it('says how to install the package when it is absent', async () => {
    await expect(OnnxEmbedder.open({ folder, dimension: DIMENSION })).rejects.toThrow(
      'npm install @huggingface/transformers',
    );
  });

  it('reports a model that does not load, with the cause', async () => {
    const cause = new Error('protobuf parsing failed');
    const broken = { env: runtime.env, pipeline: () => Promise.reject(cause) };
    await expect(open({ loadRuntime: async () => broken })).rejects.toMatchObject({
      code: 'embedder_unavailable',
      message: expect.stringContaining('protobuf parsing failed'),
      cause,
    });
  });

  it('has another space for other weights, pooling or dimension', async () => {
    const spaces = [(await open()).space, (await open({ pooling: 'cls' })).space, (await open({ dimension: 7 })).space];
    await writeFile(join(folder, 'onnx/model.onnx'), 'trained further');
    spaces.push((await open()).space);
    expect(new Set(spaces).size).toBe(4);
  });

  it('runs the model in batches', async () => {
    const embedder = await open({ batchSize: 4 });
    await embedder.embed(Array.from({ length: 10 }, (_, number) => `text ${number}`));
    expect(runtime.batches).toEqual([4, 4, 2]);
  });

  it('refuses a model of another dimension', async () => {
    runtime.width = 5;
    await expect((await open()).embed(['a'])).rejects.toThrow(/1 x 5 numbers for 1 texts, but 6 dimensions/);
  });
});
