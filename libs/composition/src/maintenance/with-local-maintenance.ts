import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Embedder,
  IndexLoader,
  LexicalIndex,
  type PayloadFields,
  ProjectionSource,
  ReindexService,
  VectorIndex,
  VerifyService,
} from '@sfm/memory';
import { IndexingModule } from '../indexing/indexing.module.js';
import type { IndexingOptions } from '../indexing/indexing-options.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import type { Truth } from '../truth/open-truth.js';
import { MaintenanceModule } from './maintenance.module.js';

class LocalMaintenanceModule {}

/** The indexes, and what the texts of memories are made of. */
export type MaintenanceOptions = IndexingOptions & { readonly fields: PayloadFields };

/** The use cases that verify and rebuild indexes. */
export interface MaintenanceServices {
  readonly verifier: VerifyService;
  readonly reindexer: ReindexService;
}

/**
 * Runs `work` in this process on an open truth, alongside any number of services that share its servers. In-process
 * indexes are loaded into this process first; no service may hold them.
 */
export async function withLocalMaintenance(
  options: MaintenanceOptions,
  dataSource: Truth['dataSource'],
  work: (services: MaintenanceServices) => Promise<void>,
): Promise<void> {
  const context = await NestFactory.createApplicationContext(compose(options, dataSource), {
    logger: false,
    abortOnError: false,
  });
  const anywhere = { strict: false };
  try {
    if (options.vectors.kind === 'embedded') {
      const indexes = { vectors: context.get(VectorIndex, anywhere), lexical: context.get(LexicalIndex, anywhere) };
      await new IndexLoader(context.get(ProjectionSource, anywhere), indexes, context.get(Embedder, anywhere)).load();
    }
    await work({ verifier: context.get(VerifyService, anywhere), reindexer: context.get(ReindexService, anywhere) });
  } finally {
    await context.close();
  }
}

function compose(options: MaintenanceOptions, dataSource: Truth['dataSource']): DynamicModule {
  const indexing = IndexingModule.register(options, {
    storage: { dataSource },
    telemetry: TelemetryModule.silent(),
    hasLexicalIndex: options.vectors.kind === 'embedded',
  });
  return { module: LocalMaintenanceModule, imports: [indexing, MaintenanceModule.register(indexing, options.fields)] };
}
