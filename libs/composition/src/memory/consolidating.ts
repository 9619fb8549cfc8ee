import type { FactoryProvider } from '@nestjs/common';
import {
  ConsolidationPlanner,
  ConsolidationRuns,
  ConsolidationService,
  LinkReader,
  LinkService,
  LockService,
  MemoryCatalog,
  MemoryHistory,
  MemoryReader,
  MemoryTelemetry,
  MemoryWriter,
  MemorySelection,
  NamedLocks,
  RestoreService,
  SelectionService,
  StoreService,
  type ConsolidationParts,
  type StoreOptions,
} from '@sfm/memory';

/** What consolidations are planned with. */
type Eyes = readonly [
  catalog: MemoryCatalog,
  memories: MemoryReader,
  links: LinkReader,
  selection: MemorySelection,
  history: MemoryHistory,
];

/** What consolidations write with. */
type Hands = readonly [
  memories: MemoryReader,
  writer: MemoryWriter,
  stores: StoreService,
  links: LinkService,
  restores: RestoreService,
];

/** Builds consolidations, the locks that they are done under, and what agents reflect on. */
export function consolidating({ fields, limits }: StoreOptions): readonly FactoryProvider[] {
  return [
    { provide: LockService, inject: [NamedLocks], useFactory: (locks: NamedLocks) => new LockService(locks) },
    {
      provide: SelectionService,
      inject: [MemorySelection],
      useFactory: (selection: MemorySelection) => new SelectionService(selection),
    },
    {
      provide: ConsolidationPlanner,
      inject: [MemoryCatalog, MemoryReader, LinkReader, MemorySelection, MemoryHistory],
      useFactory: (...[catalog, memories, links, selection, history]: Eyes) =>
        new ConsolidationPlanner(
          { catalog, memories, links, selection, history },
          { fields, maxDimensions: limits.maxDimensions },
        ),
    },
    {
      provide: ConsolidationService,
      inject: [
        ConsolidationPlanner,
        ConsolidationRuns,
        LockService,
        MemoryTelemetry,
        MemoryReader,
        MemoryWriter,
        StoreService,
        LinkService,
        RestoreService,
      ],
      useFactory: (
        planner: ConsolidationPlanner,
        runs: ConsolidationRuns,
        locks: LockService,
        telemetry: MemoryTelemetry,
        ...[memories, writer, stores, links, restores]: Hands
      ) => {
        const parts: ConsolidationParts = { planner, runs, memories, writer, stores, links, restores, locks };
        return new ConsolidationService(parts, telemetry);
      },
    },
  ];
}
