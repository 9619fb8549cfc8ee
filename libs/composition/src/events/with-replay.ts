import type { DynamicModule } from '@nestjs/common';
import {
  EventBus,
  EventReplay,
  Indexer,
  LedgerReplay,
  LinkReplay,
  Outbox,
  type ForeignEventOptions,
} from '@sfm/memory';
import type { StorageModuleOptions } from '@sfm/storage';
import type { IndexingOptions } from '../indexing/indexing-options.js';
import { withContext } from '../contexts/with-context.js';
import { IndexingModule } from '../indexing/indexing.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import { EventBusConnection, EventBusModule } from './event-bus.module.js';
import { clockRule, type EventsOptions } from './events-options.js';
import { ReplayModule } from './replay.module.js';

/** Services that restore memories, index them and publish their events. */
export interface ReplayServices {
  readonly events: EventReplay;
  readonly ledger: LedgerReplay;
  readonly links: LinkReplay;
  readonly indexer: Indexer;
  readonly outbox: Outbox;
  readonly bus: EventBus;
}

export interface ReplayOptions extends IndexingOptions, ForeignEventOptions {
  readonly events: EventsOptions;
}

const CLIENT_NAME = 'soma-replay';

class ReplayRootModule {}

/** Runs `work` on an open database with its indexes and event bus; in-process indexes start empty. */
export async function withReplay(
  options: ReplayOptions,
  dataSource: StorageModuleOptions['dataSource'],
  work: (services: ReplayServices) => Promise<void>,
): Promise<void> {
  await withContext(compose(options, dataSource), async (find) => {
    try {
      await work({
        events: find(EventReplay),
        ledger: find(LedgerReplay),
        links: find(LinkReplay),
        indexer: find(Indexer),
        outbox: find(Outbox),
        bus: find(EventBus),
      });
    } finally {
      await find(EventBusConnection).close();
    }
  });
}

function compose(options: ReplayOptions, dataSource: StorageModuleOptions['dataSource']): DynamicModule {
  const { limits, fields, events, vectors } = options;
  const indexing = IndexingModule.register(options, {
    storage: { dataSource },
    telemetry: TelemetryModule.silent(),
    hasLexicalIndex: vectors.kind === 'embedded',
  });
  return {
    module: ReplayRootModule,
    imports: [
      indexing,
      ReplayModule.register({ limits, fields, ...clockRule(events) }, indexing),
      EventBusModule.register(events, CLIENT_NAME, indexing),
    ],
  };
}
