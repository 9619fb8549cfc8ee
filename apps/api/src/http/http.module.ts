import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { HealthController } from './compat/service/health.controller.js';
import { CompatGraphController } from './compat/links/graph.controller.js';
import { CompatLinksController } from './compat/links/links.controller.js';
import { CompatLookupController } from './compat/lookup/lookup.controller.js';
import { CompatMemoriesController } from './compat/memories/memories.controller.js';
import { CompatRecallController } from './compat/recall/recall.controller.js';
import { ServiceController } from './compat/service/service.controller.js';
import { CompatStoreController } from './compat/memories/store.controller.js';
import { ErrorFilter } from './errors/error.filter.js';
import { ConsistencyInterceptor } from './requests/consistency.interceptor.js';
import { DeadlineInterceptor } from './requests/deadline.interceptor.js';
import { RouteTable } from './errors/route-table.js';
import { AdminController } from './v1/admin/admin.controller.js';
import { ChangesController } from './v1/changes/changes.controller.js';
import { ConsolidationsController } from './v1/consolidation/consolidations.controller.js';
import { CoordinatesController } from './v1/coordinates/coordinates.controller.js';
import { GraphController } from './v1/links/graph.controller.js';
import { AuditController } from './v1/keys/audit.controller.js';
import { KeysController } from './v1/keys/keys.controller.js';
import { LifecycleController } from './v1/lifecycle/lifecycle.controller.js';
import { LinksController } from './v1/links/links.controller.js';
import { LocksController } from './v1/locks/locks.controller.js';
import { MemoryBatchController } from './v1/memories/batch.controller.js';
import { HistoryController } from './v1/history/history.controller.js';
import { MemoriesController } from './v1/memories/memories.controller.js';
import { NamespacesController } from './v1/namespaces/namespaces.controller.js';
import { OutcomeController } from './v1/outcome/outcome.controller.js';
import { SelectionController } from './v1/memories/selection.controller.js';
import { PortabilityController } from './v1/portability/portability.controller.js';
import { RecallBatchController } from './v1/recall/recall-batch.controller.js';
import { RecallController } from './v1/recall/recall.controller.js';

/** All HTTP routes and their errors. AuthModule provides the guards, MetricsModule `/metrics`. */
@Module({})
export class HttpModule {
  /** The imported modules must provide the exports of EdgeModule, HttpOptions and HealthReader. */
  static register(imports: ModuleMetadata['imports']): DynamicModule {
    return {
      module: HttpModule,
      imports,
      controllers: [
        ServiceController,
        HealthController,
        CompatStoreController,
        CompatRecallController,
        CompatLookupController,
        CompatMemoriesController,
        CompatLinksController,
        CompatGraphController,
        MemoryBatchController,
        SelectionController,
        MemoriesController,
        HistoryController,
        ChangesController,
        OutcomeController,
        CoordinatesController,
        RecallBatchController,
        RecallController,
        AuditController,
        KeysController,
        LifecycleController,
        LinksController,
        GraphController,
        ConsolidationsController,
        LocksController,
        PortabilityController,
        NamespacesController,
        AdminController,
      ],
      providers: [
        RouteTable,
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_INTERCEPTOR, useClass: DeadlineInterceptor },
        { provide: APP_INTERCEPTOR, useClass: ConsistencyInterceptor },
      ],
    };
  }
}
