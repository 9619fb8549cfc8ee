import { hostname } from 'node:os';
import type { FactoryProvider } from '@nestjs/common';
import {
  CapWatch,
  DecayingMemories,
  DecayWork,
  ExpiredMemories,
  LifecycleJobs,
  LifecycleScheduler,
  LifecycleSchedule,
  LifecycleService,
  LifecycleTelemetry,
  MemoryReader,
  MemoryWriter,
  Pace,
  RemovalWork,
  RetainedMemories,
  RetentionPolicies,
  RetentionService,
  type LifecycleJob,
  type StoreOptions,
} from '@sfm/memory';
import type { LifecycleOptions } from './lifecycle-options.js';

export interface LifecycleProvidersOptions {
  readonly lifecycle: Required<LifecycleOptions>;
  /** Pause between two looks for expired memories, in milliseconds; 0 for none. */
  readonly expiryIntervalMs: number;
  readonly store: Pick<StoreOptions, 'limits' | 'fields'>;
  readonly onError: (error: unknown) => void;
}

/** The ports that every piece of work is made of. */
const PORTS = [RetainedMemories, DecayingMemories, MemoryWriter, LifecycleTelemetry, MemoryReader];

/** Builds what decides on the life of memories and works on it, on the adapters of the ports. */
export function lifecycleProviders(options: LifecycleProvidersOptions): FactoryProvider[] {
  const { lifecycle, onError } = options;
  const lease = { holder: `${hostname()} pid=${process.pid}`, leaseMs: lifecycle.leaseMs };
  return [
    { provide: CapWatch, useFactory: () => new CapWatch() },
    {
      provide: RetentionService,
      inject: [RetentionPolicies, CapWatch],
      useFactory: (policies: RetentionPolicies, watch: CapWatch) =>
        new RetentionService(policies, lifecycle.maxMemories, (namespace) => watch.onDoubt(namespace)),
    },
    {
      provide: LifecycleService,
      inject: [LifecycleSchedule, RetentionService, ...PORTS],
      useFactory: (schedule: LifecycleSchedule, retention: RetentionService, ...ports: Ports) =>
        new LifecycleService(schedule, retention, (isOver) => workOf(options, isOver, ports), lease),
    },
    {
      provide: LifecycleScheduler,
      inject: [LifecycleSchedule, RetentionService, CapWatch, ExpiredMemories, ...PORTS],
      useFactory: (
        schedule: LifecycleSchedule,
        retention: RetentionService,
        watch: CapWatch,
        expired: ExpiredMemories,
        ...ports: Ports
      ) => {
        const [memories, , , telemetry] = ports;
        const stopping = new AbortController();
        const work = workOf(options, () => stopping.signal.aborted, ports);
        const jobs = new LifecycleJobs({ expired, memories, retention, telemetry, watch, ...work });
        const intervals = { ...lease, intervalsMs: intervalsOf(options) };
        const scheduler = new LifecycleScheduler(schedule, jobs, telemetry, intervals, stopping, onError);
        watch.onDoubt = (namespace) => scheduler.outgrew(namespace);
        return scheduler;
      },
    },
  ];
}

type Ports = readonly [RetainedMemories, DecayingMemories, MemoryWriter, LifecycleTelemetry, MemoryReader];

function workOf({ lifecycle, store }: LifecycleProvidersOptions, isOver: () => boolean, ports: Ports) {
  const [retained, memories, writer, telemetry, reader] = ports;
  const pace = new Pace(lifecycle.pace, isOver);
  const { limits, fields } = store;
  return {
    pace,
    removal: new RemovalWork(retained, telemetry, pace),
    decay: new DecayWork({ memories, reader, writer, telemetry, rules: lifecycle.decay, limits, fields }, pace),
  };
}

/** A job that has nothing to do is not run. */
function intervalsOf({ lifecycle, expiryIntervalMs }: LifecycleProvidersOptions): ReadonlyMap<LifecycleJob, number> {
  const { levels, isScored } = lifecycle.decay;
  return new Map<LifecycleJob, number>([
    ...(expiryIntervalMs > 0 ? ([['expire', expiryIntervalMs]] as const) : []),
    ['retain', lifecycle.intervalMs],
    ...(levels.length > 0 || isScored ? ([['decay', lifecycle.intervalMs]] as const) : []),
  ]);
}
