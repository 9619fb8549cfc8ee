import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import {
  ForgetService,
  IndexReadiness,
  ReadService,
  RecallService,
  ReindexService,
  StoreService,
  VerifyService,
} from '@sfm/memory';
import { RequestLimits } from './checks/request-limits.js';
import type { EdgeOptions } from './edge.options.js';
import { PageCursor } from './mapping/page-cursor.js';
import { AuthorizedMaintenance } from './use-cases/authorized-maintenance.js';
import { AuthorizedReads } from './use-cases/authorized-reads.js';
import { AuthorizedRecall } from './use-cases/authorized-recall.js';
import { AuthorizedWrites } from './use-cases/authorized-writes.js';

/**
 * What a door is given. The services of the core are not among it: whoever comes in through a door reaches them in
 * somebody's name only.
 */
@Module({})
export class EdgeModule {
  /** The imported modules provide StoreService, ReadService, ForgetService, RecallService, VerifyService, ReindexService and IndexReadiness. */
  static register(imports: ModuleMetadata['imports'], options: EdgeOptions): DynamicModule {
    const providers = [...checks(options), ...useCases];
    return { module: EdgeModule, imports, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function checks({ bounds, cursorSecret }: EdgeOptions): FactoryProvider[] {
  return [
    { provide: RequestLimits, useFactory: () => new RequestLimits(bounds) },
    { provide: PageCursor, useFactory: () => new PageCursor(cursorSecret) },
  ];
}

const useCases: FactoryProvider[] = [
  {
    provide: AuthorizedWrites,
    inject: [StoreService, ForgetService],
    useFactory: (stores: StoreService, forgetting: ForgetService) => new AuthorizedWrites(stores, forgetting),
  },
  { provide: AuthorizedReads, inject: [ReadService], useFactory: (reads: ReadService) => new AuthorizedReads(reads) },
  {
    provide: AuthorizedRecall,
    inject: [RecallService],
    useFactory: (recaller: RecallService) => new AuthorizedRecall(recaller),
  },
  {
    provide: AuthorizedMaintenance,
    inject: [VerifyService, ReindexService, IndexReadiness],
    useFactory: (verifier: VerifyService, reindexer: ReindexService, readiness: IndexReadiness) =>
      new AuthorizedMaintenance(verifier, reindexer, readiness),
  },
];
