import type { DynamicModule } from '@nestjs/common';
import { ExportService, ImportService, type ImportRules } from '@sfm/memory';
import { withContext } from '../contexts/with-context.js';
import { IndexingModule } from '../indexing/indexing.module.js';
import type { IndexingOptions } from '../indexing/indexing-options.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import type { Truth } from '../truth/open-truth.js';
import { PortabilityModule } from './portability.module.js';

class LocalPortabilityModule {}

export type PortabilityOptions = IndexingOptions & ImportRules;

/** The use cases that move memories. */
export interface PortabilityServices {
  readonly exports: ExportService;
  readonly imports: ImportService;
}

/**
 * Runs `work` in this process on an open truth, beside any number of services on it: they index what is imported, or do so
 * when they start.
 */
export async function withPortability(
  options: PortabilityOptions,
  dataSource: Truth['dataSource'],
  work: (services: PortabilityServices) => Promise<void>,
): Promise<void> {
  await withContext(compose(options, dataSource), (find) =>
    work({ exports: find(ExportService), imports: find(ImportService) }),
  );
}

function compose(options: PortabilityOptions, dataSource: Truth['dataSource']): DynamicModule {
  const indexing = IndexingModule.register(options, {
    storage: { dataSource },
    telemetry: TelemetryModule.silent(),
    hasLexicalIndex: options.vectors.kind === 'embedded',
  });
  const { limits, fields } = options;
  return {
    module: LocalPortabilityModule,
    imports: [indexing, PortabilityModule.register(indexing, { limits, fields })],
  };
}
