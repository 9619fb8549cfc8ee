import { EmbedderUnavailableError } from '@sfm/memory';

const PACKAGE: string = '@huggingface/transformers';

/** How token vectors are pooled into one. */
export type Pooling = 'mean' | 'cls';

/** A loaded model: texts in, one row of numbers per text out. */
export type FeatureExtractor = (
  texts: readonly string[],
  options: { readonly pooling: Pooling; readonly normalize: boolean },
) => Promise<{ readonly dims: readonly number[]; readonly data: ArrayLike<number> }>;

/** The part of transformers.js that is used; it is optional, so its own types cannot be relied on at build time. */
export interface TransformersRuntime {
  readonly env: { allowRemoteModels: boolean; allowLocalModels: boolean; localModelPath: string };
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: { readonly dtype?: string; readonly local_files_only: boolean },
  ): Promise<FeatureExtractor>;
}

/** @throws EmbedderUnavailableError saying how to install the package when it is absent. */
export async function loadTransformers(): Promise<TransformersRuntime> {
  const loaded: unknown = await import(PACKAGE).catch((cause: unknown) => {
    throw new EmbedderUnavailableError(
      `local ONNX models need the package ${PACKAGE}, which is not installed: run "npm install ${PACKAGE}"`,
      { cause },
    );
  });
  if (!isRuntime(loaded)) {
    throw new EmbedderUnavailableError(`the installed ${PACKAGE} has no feature extraction: install version 4`);
  }
  return loaded;
}

function isRuntime(loaded: unknown): loaded is TransformersRuntime {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'env' in loaded &&
    typeof loaded.env === 'object' &&
    'pipeline' in loaded &&
    typeof loaded.pipeline === 'function'
  );
}
