import type { DynamicModule } from '@nestjs/common';
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
import { withContext } from '../contexts/with-context.js';
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
  await withContext(compose(options, dataSource), async (find) => {
    if (options.vectors.kind === 'embedded') {
      const indexes = { vectors: find(VectorIndex), lexical: find(LexicalIndex) };
      await new IndexLoader(find(ProjectionSource), indexes, find(Embedder)).load();
    }
    await work({ verifier: find(VerifyService), reindexer: find(ReindexService) });
  });
}

function compose(options: MaintenanceOptions, dataSource: Truth['dataSource']): DynamicModule {
  const indexing = IndexingModule.register(options, {
    storage: { dataSource },
    telemetry: TelemetryModule.silent(),
    hasLexicalIndex: options.vectors.kind === 'embedded',
  });
  return { module: LocalMaintenanceModule, imports: [indexing, MaintenanceModule.register(indexing, options.fields)] };
}
