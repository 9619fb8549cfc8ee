import type { RunningProgram } from '../e2e/support/running-program.js';
import type { ServerProcess } from '../services/lifetime/server-process.js';
import type { Cluster } from './cluster.js';
import { strikeRelayMidPublish } from './relay-strike.js';

/** A way to hurt the cluster, and what it may cost. */
export interface Fault {
  /** Also part of the namespace of its rounds, so lower case. */
  readonly name: string;
  /** Whether the server stays away for a while, under load. */
  readonly isAbsence: boolean;
  /** Hurts it; resolves when it is down. */
  readonly strike: (cluster: Cluster) => Promise<void>;
  /** Starts again what was killed; resolves when it answers. */
  readonly restore: (cluster: Cluster) => Promise<void>;
  /** Processes of the product that it ends. Every other one must live through it. */
  readonly kills: (cluster: Cluster) => readonly RunningProgram[];
  /** Whether its processes are only stopped, and go on afterwards with what they had begun. */
  readonly isFreeze?: boolean;
  /** Whether nothing can be answered meanwhile, because the truth is down. */
  readonly stopsTruth?: boolean;
  /** The part that `/health` must call unhealthy meanwhile. */
  readonly missing?: 'qdrant' | 'redis' | 'kafka';
  /** Whether recall must say meanwhile that a lane is missing. */
  readonly degradesRecall?: boolean;
}

/** Addresses that need not answer from the strike until they are ready again. */
export function excusedBy(fault: Fault, cluster: Cluster): readonly string[] {
  if (fault.stopsTruth) return cluster.urls;
  return fault.kills(cluster).map(({ url }) => url);
}

/** Every fault once, the absences and freezes last: they leave the largest backlog. */
export const FAULTS: readonly Fault[] = [
  killed('api', ({ apis }) => apis.slice(0, 1)),
  killed('consumer', ({ consumers }) => consumers.slice(0, 1)),
  { ...killed('relay', ({ apis }) => apis), strike: strikeRelayMidPublish },
  ofServer('postgres', ({ postgres }) => postgres, { stopsTruth: true }),
  ofServer('qdrant', ({ qdrant }) => qdrant),
  ofServer('redis', ({ redis }) => redis),
  ofServer('kafka', ({ kafka }) => kafka),
  ofServer('qdrant-away', ({ qdrant }) => qdrant, { isAbsence: true, missing: 'qdrant', degradesRecall: true }),
  ofServer('redis-away', ({ redis }) => redis, { isAbsence: true, missing: 'redis' }),
  ofServer('kafka-away', ({ kafka }) => kafka, { isAbsence: true, missing: 'kafka' }),
  frozen('postgres-frozen', ({ postgres }) => postgres, { stopsTruth: true }),
  frozen('qdrant-frozen', ({ qdrant }) => qdrant, { isAbsence: true, missing: 'qdrant', degradesRecall: true }),
  frozen('redis-frozen', ({ redis }) => redis, { isAbsence: true, missing: 'redis' }),
  frozen('kafka-frozen', ({ kafka }) => kafka, { isAbsence: true, missing: 'kafka' }),
];

function ofServer(name: string, choose: (cluster: Cluster) => ServerProcess, more: Partial<Fault> = {}): Fault {
  return {
    name,
    isAbsence: false,
    strike: (cluster) => choose(cluster).kill(),
    restore: (cluster) => choose(cluster).start(),
    kills: () => [],
    ...more,
  };
}

/** Stops a server's processes, and lets them go on with what they had begun. */
function frozen(name: string, choose: (cluster: Cluster) => ServerProcess, more: Partial<Fault>): Fault {
  return ofServer(name, choose, {
    isFreeze: true,
    strike: async (cluster) => void (await choose(cluster).freeze()),
    restore: async (cluster) => choose(cluster).thaw(),
    ...more,
  });
}

function killed(name: string, kills: Fault['kills']): Fault {
  return {
    name,
    isAbsence: false,
    strike: async (cluster) => void (await Promise.all(kills(cluster).map((program) => program.signal('SIGKILL')))),
    restore: async (cluster) => void (await Promise.all(kills(cluster).map((program) => program.launch()))),
    kills,
  };
}
