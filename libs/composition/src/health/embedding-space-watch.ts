import type { LoggerService } from '@nestjs/common';
import { IndexUnusableError, type Embedder, type Namespace, type VectorIndex } from '@sfm/memory';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of a data folder: the embedding space in which its memories were searched last. */
const NOTE = 'embedding-space';

export interface EmbeddingSpaceWatchOptions {
  readonly namespace: Namespace;
  /** The data folder that belongs to this process, which holds its vectors alone. Undefined where either is on a server. */
  readonly dataDir?: string;
}

/**
 * Says at the start that this process embeds in another space than its data: after a change of SOMA_VECTOR_DIM or of the
 * model. Indexes of this process are made anew by themselves; a collection in Qdrant has to be.
 */
export class EmbeddingSpaceWatch {
  private former: string | undefined;

  constructor(
    private readonly embedder: Pick<Embedder, 'space'>,
    private readonly vectors: Pick<VectorIndex, 'count'>,
    private readonly logger: Pick<LoggerService, 'warn'>,
    private readonly options: EmbeddingSpaceWatchOptions,
  ) {}

  /** For health: the space that the data had before this process began, when it was another one. */
  get facts(): Record<string, unknown> {
    return this.former === undefined ? {} : { former_space: this.former };
  }

  /** Looks once. Never rejects: what does not answer says so elsewhere. */
  async look(): Promise<void> {
    await Promise.all([this.lookAtNote(), this.lookAtCollection()]);
  }

  private async lookAtNote(): Promise<void> {
    const { dataDir } = this.options;
    if (dataDir === undefined) return;
    const { space } = this.embedder;
    const file = join(dataDir, NOTE);
    const noted = await readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (noted === space) return;
    if (noted !== '') {
      this.former = noted;
      this.logger.warn(
        `the memories were searched in the embedding space ${noted}, and this process embeds in ${space} ` +
          '(SOMA_VECTOR_DIM, SOMA_EMBEDDING_*): their vectors are made anew',
      );
    }
    try {
      await writeFile(`${file}.new`, `${space}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      this.logger.warn(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async lookAtCollection(): Promise<void> {
    try {
      await this.vectors.count(this.options.namespace);
    } catch (error) {
      if (error instanceof IndexUnusableError) this.logger.warn(error.message);
    }
  }
}
