import { Logger, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import {
  EmbeddedIdempotencyStore,
  ForgetService,
  GraphService,
  IdempotencyStore,
  IndexReadiness,
  LinkService,
  ReadService,
  RecallService,
  ReindexService,
  StoreService,
  VerifyService,
} from '@sfm/memory';
import { RequestLimits } from './checks/request-limits.js';
import type { EdgeOptions } from './edge.options.js';
import { IdempotentRequests } from './idempotency/idempotent-requests.js';
import { PageCursor } from './mapping/page-cursor.js';
import { AuthorizedLinks } from './use-cases/authorized-links.js';
import { AuthorizedMaintenance } from './use-cases/authorized-maintenance.js';
import { AuthorizedReads } from './use-cases/authorized-reads.js';
import { AuthorizedRecall } from './use-cases/authorized-recall.js';
import { AuthorizedWrites } from './use-cases/authorized-writes.js';

export interface EdgeModuleSetup {
  /**
   * Must provide StoreService, ReadService, ForgetService, RecallService, LinkService, GraphService, VerifyService,
   * ReindexService and IndexReadiness, and an IdempotencyStore if answers are remembered outside this process.
   */
  readonly imports: ModuleMetadata['imports'];
  readonly options: EdgeOptions;
}

/**
 * Providers for a transport. The core's services are not exported, so a transport can only reach them on behalf of a
 * principal.
 */
@Module({})
export class EdgeModule {
  static register({ imports, options }: EdgeModuleSetup): DynamicModule {
    const providers = [...checks(options), ...useCases, repeating];
    return { module: EdgeModule, imports, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function checks({ bounds, cursorSecret }: EdgeOptions): FactoryProvider[] {
  return [
    { provide: RequestLimits, useFactory: () => new RequestLimits(bounds) },
    { provide: PageCursor, useFactory: () => new PageCursor(cursorSecret) },
  ];
}

const repeating: FactoryProvider = {
  provide: IdempotentRequests,
  inject: [{ token: IdempotencyStore, optional: true }],
  useFactory: (store: IdempotencyStore = new EmbeddedIdempotencyStore()) => {
    const logger = new Logger('Edge');
    return new IdempotentRequests(store, (err) =>
      logger.warn({ msg: 'an answer could not be kept for its idempotency key', err }),
    );
  },
};

const useCases: FactoryProvider[] = [
  {
    provide: AuthorizedWrites,
    inject: [StoreService, ForgetService],
    useFactory: (stores: StoreService, forgetting: ForgetService) => new AuthorizedWrites(stores, forgetting),
  },
  {
    provide: AuthorizedLinks,
    inject: [LinkService, GraphService],
    useFactory: (links: LinkService, graph: GraphService) => new AuthorizedLinks(links, graph),
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
