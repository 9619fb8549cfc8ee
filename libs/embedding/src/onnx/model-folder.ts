import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EmbedderUnavailableError } from '@sfm/memory';

/** File of the model weights for each published format. */
const WEIGHT_FILES = {
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  q4: 'model_q4.onnx',
} as const;

export type ModelPrecision = keyof typeof WEIGHT_FILES;

/** A folder with a model as Hugging Face publishes it: configuration, tokenizer and `onnx/` weights. */
export interface ModelFolder {
  readonly name: string;
  readonly parent: string;
  /** Hash of everything that determines the vectors. */
  readonly fingerprint: string;
}

/** @throws EmbedderUnavailableError naming the files that are missing. Nothing is ever downloaded. */
export async function openModelFolder(folder: string, precision: ModelPrecision): Promise<ModelFolder> {
  const path = resolve(folder);
  const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json', join('onnx', WEIGHT_FILES[precision])];
  const missing: string[] = [];
  for (const file of files) await access(join(path, file)).catch(() => missing.push(file));
  if (missing.length > 0) {
    throw new EmbedderUnavailableError(
      `the model folder ${path} lacks ${missing.join(', ')}: put a feature-extraction model with ONNX weights there ` +
        '(nothing is downloaded)',
    );
  }
  return { name: basename(path), parent: dirname(path), fingerprint: await fingerprintOf(path, files) };
}

async function fingerprintOf(path: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`\0${file}\0`);
    const content: AsyncIterable<Buffer> = createReadStream(join(path, file));
    for await (const chunk of content) hash.update(chunk);
  }
  return hash.digest('hex').slice(0, 16);
}
