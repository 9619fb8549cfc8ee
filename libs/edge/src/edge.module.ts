import { Logger, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import {
  EmbeddedIdempotencyStore,
  ForgetService,
  IndexReadiness,
  ReadService,
  RecallService,
  ReindexService,
  StoreService,
  VerifyService,
  type IdempotencyStore,
} from '@sfm/memory';
import { RequestLimits } from './checks/request-limits.js';
import type { EdgeOptions } from './edge.options.js';
import { IdempotentRequests } from './idempotency/idempotent-requests.js';
import { PageCursor } from './mapping/page-cursor.js';
import { AuthorizedMaintenance } from './use-cases/authorized-maintenance.js';
import { AuthorizedReads } from './use-cases/authorized-reads.js';
import { AuthorizedRecall } from './use-cases/authorized-recall.js';
import { AuthorizedWrites } from './use-cases/authorized-writes.js';

export interface EdgeModuleSetup {
  /** Provide StoreService, ReadService, ForgetService, RecallService, VerifyService, ReindexService, IndexReadiness. */
  readonly imports: ModuleMetadata['imports'];
  readonly options: EdgeOptions;
  /** Default: an EmbeddedIdempotencyStore. */
  readonly idempotency?: IdempotencyStore;
}

/**
 * What a door is given. The services of the core are not among it: whoever comes in through a door reaches them in
 * somebody's name only.
 */
@Module({})
export class EdgeModule {
  static register({ imports, options, idempotency }: EdgeModuleSetup): DynamicModule {
    const providers = [...checks(options), ...useCases, ...repeating(idempotency)];
    return { module: EdgeModule, imports, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function checks({ bounds, cursorSecret }: EdgeOptions): FactoryProvider[] {
  return [
    { provide: RequestLimits, useFactory: () => new RequestLimits(bounds) },
    { provide: PageCursor, useFactory: () => new PageCursor(cursorSecret) },
  ];
}

function repeating(idempotency: IdempotencyStore = new EmbeddedIdempotencyStore()): FactoryProvider[] {
  const logger = new Logger('Edge');
  const onForgotten = (err: unknown) =>
    logger.warn({ msg: 'an answer could not be kept for its idempotency key', err });
  return [{ provide: IdempotentRequests, useFactory: () => new IdempotentRequests(idempotency, onForgotten) }];
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
