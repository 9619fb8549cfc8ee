import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { LexicalIndex, VectorIndex, type Bm25Options } from '@sfm/memory';
import { EmbeddedLexicalIndex } from './embedded/embedded-lexical-index.js';
import { EmbeddedVectorIndex } from './embedded/embedded-vector-index.js';

/** Both lanes in the memory of this process. */
export interface EmbeddedIndexesOptions {
  readonly kind: 'embedded';
  /** Dimension of the embedder's vectors. */
  readonly dimension: number;
  /** See `EmbeddedVectorIndexOptions.exactScanLimit`. */
  readonly exactScanLimit?: number;
  readonly bm25?: Bm25Options;
}

export type VectorModuleOptions = EmbeddedIndexesOptions;

/** Binds the `VectorIndex` and `LexicalIndex` ports to the adapters of one technology. */
@Module({})
export class VectorModule {
  static forRoot(options: VectorModuleOptions): DynamicModule {
    const logger = new Logger('VectorIndex');
    return {
      module: VectorModule,
      providers: [
        {
          provide: VectorIndex,
          useFactory: () =>
            new EmbeddedVectorIndex({
              dimension: options.dimension,
              exactScanLimit: options.exactScanLimit,
              warn: (message) => logger.warn(message),
            }),
        },
        { provide: LexicalIndex, useFactory: () => new EmbeddedLexicalIndex(options.bm25) },
      ],
      exports: [VectorIndex, LexicalIndex],
    };
  }
}
