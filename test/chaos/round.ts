import type { RunningProgram } from '../e2e/support/running-program.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import {
  unexcusedFailures,
  unmarkedRecalls,
  wrongRecalls,
  type Excuse,
  type RecallAnswer,
  type Span,
} from './answers.js';
import type { Cluster } from './cluster.js';
import { excusedBy, type Fault } from './faults.js';
import { brokenPromises, type Violation } from './invariants.js';
import { kafkaProgress } from './kafka-progress.js';
import type { Load } from './load.js';
import { brokenLinks } from './link-journal.js';
import { observe, queryTruth, readCachedWrites, observeLinks } from './observe.js';
import { healthOf, untilRecovered } from './recovery.js';

const RECOVERY_LIMIT_S = 30;
/** Answers of the load before the fault, and again after it, so that every phase sees traffic. */
const ANSWERS_PER_PHASE = 120;
const PHASE_TIMEOUT_MS = 90_000;
const NOTICED_WITHIN_MS = 10_000;
const SAMPLES = 24;

export interface RoundOptions {
  readonly absenceMs: number;
}

export interface RoundResult {
  readonly violations: readonly Violation[];
  /** From the server's return until everything was published, applied and healthy. */
  readonly recoverySeconds: number;
  /** Payloads in the cache at the end: without any, nothing was proved of it. */
  readonly cached: number;
}

/** One fault under load, and everything that must hold after it. */
export async function runRound(
  cluster: Cluster,
  fault: Fault,
  { load, namespace, absenceMs }: RoundOptions & { readonly load: Load; readonly namespace: string },
): Promise<RoundResult> {
  const firstAnswer = load.answers.length;
  const firstRecall = load.recalls.length;
  const firstExport = load.exports.length;
  load.start();
  try {
    await traffic(load);
    const { excuse, away, violations, returnedAtMs, spared } = await hurt(cluster, fault, { load, absenceMs });
    await traffic(load);
    await load.stop();
    await untilRecovered(cluster);
    const recoverySeconds = (performance.now() - returnedAtMs) / 1000;
    const recalls = load.recalls.slice(firstRecall);
    // What they read is cached again, however little the fault and the load after it have left there.
    const sampled = await sampledRecalls(cluster, load);
    await untilCached(cluster, namespace);
    const state = await observe(cluster, namespace);
    return {
      recoverySeconds,
      cached: state.cachedWrites.size,
      violations: [
        ...violations,
        ...unexcusedFailures(load.answers.slice(firstAnswer), [excuse]),
        ...wrongRecalls(load.journal, recalls),
        ...load.exports.slice(firstExport).flat(),
        ...(fault.degradesRecall ? unmarkedRecalls(recalls, away) : []),
        ...tooSlow(recoverySeconds),
        ...endedByThemselves(spared),
        ...brokenPromises(load.journal, state),
        ...brokenLinks(load.links, await observeLinks(cluster, namespace)),
        ...(await setAside(cluster)),
        ...wrongRecalls(load.journal, sampled),
      ],
    };
  } finally {
    await load.stop();
  }
}

/** A process, and the id that it must keep. */
interface Spared {
  readonly program: RunningProgram;
  readonly pid: number;
}

interface Hurt {
  readonly excuse: Excuse;
  readonly away: Span;
  readonly violations: readonly Violation[];
  readonly returnedAtMs: number;
  readonly spared: readonly Spared[];
}

async function hurt(
  cluster: Cluster,
  fault: Fault,
  { load, absenceMs }: RoundOptions & { readonly load: Load },
): Promise<Hurt> {
  const urls = excusedBy(fault, cluster);
  const doomed = fault.kills(cluster);
  const spared = cluster.programs.flatMap((program) =>
    doomed.includes(program) ? [] : [{ program, pid: program.pid }],
  );
  const struckAtMs = performance.now();
  await fault.strike(cluster);
  const downAtMs = performance.now();
  // Through connections that are not frozen; what was asked over the others has failed by then.
  if (fault.isFreeze && !fault.isAbsence) await traffic(load);
  const violations = fault.isAbsence ? await stayAway(cluster, fault, { load, untilMs: downAtMs + absenceMs }) : [];
  const away = { fromMs: downAtMs, toMs: performance.now() };
  await fault.restore(cluster);
  const returnedAtMs = performance.now();
  if (urls.length > 0) await Promise.all(cluster.apis.map((api) => api.ready()));
  return { excuse: { urls, fromMs: struckAtMs, toMs: performance.now() }, away, violations, returnedAtMs, spared };
}

/** Keeps the server away under load, and sees that every service says so until the end. */
async function stayAway(
  cluster: Cluster,
  { missing }: Fault,
  { load, untilMs }: { readonly load: Load; readonly untilMs: number },
): Promise<Violation[]> {
  const saysSo = async (): Promise<boolean> => {
    const reports = await Promise.all(cluster.apis.map((api) => healthOf(api)));
    return reports.every(
      ({ status, services }) =>
        status === 'degraded' && services.some(({ name, healthy }) => name === missing && !healthy),
    );
  };
  const what = () => `/health of every service to miss ${missing}`;
  const noticed = await waitFor(saysSo, { timeoutMs: NOTICED_WITHIN_MS, intervalMs: 100, what }).then(
    () => true,
    () => false,
  );
  await traffic(load);
  await waitFor(() => performance.now() >= untilMs, { timeoutMs: untilMs - performance.now() + 5000, intervalMs: 100 });
  if (noticed && (await saysSo())) return [];
  return [{ promise: 'health tells the truth', detail: `${missing} was away, and /health did not say so` }];
}

/** Nothing is proved of a cache that holds nothing; one that was away has to be used again. */
function untilCached(cluster: Cluster, namespace: string): Promise<void> {
  const isUsed = async () => (await readCachedWrites(cluster.redis.url, namespace)).size > 0;
  const what = () => 'payloads in the cache';
  return waitFor(isUsed, { timeoutMs: RECOVERY_LIMIT_S * 1000, intervalMs: 250, what });
}

/** Resolves when the load got so many more answers. */
async function traffic(load: Load): Promise<void> {
  const count = () => load.answers.filter(({ isAnswered }) => isAnswered).length;
  const wanted = count() + ANSWERS_PER_PHASE;
  await waitFor(() => count() >= wanted, {
    timeoutMs: PHASE_TIMEOUT_MS,
    what: () =>
      `${ANSWERS_PER_PHASE} answers; the last problem: ${load.answers.findLast(({ problem }) => problem)?.problem}`,
  });
}

function tooSlow(seconds: number): Violation[] {
  if (seconds <= RECOVERY_LIMIT_S) return [];
  return [{ promise: `recovery within ${RECOVERY_LIMIT_S} s`, detail: `took ${seconds.toFixed(1)} s` }];
}

function endedByThemselves(spared: readonly Spared[]): Violation[] {
  return spared.flatMap(({ program, pid }) =>
    program.isRunning && program.pid === pid
      ? []
      : [{ promise: 'no process needs a restart', detail: `pid ${pid} ended: ${program.output.slice(-500)}` }],
  );
}

/** Healthy events must not end as poison. */
async function setAside(cluster: Cluster): Promise<Violation[]> {
  const { deadLetters } = await kafkaProgress(cluster);
  const rows = await queryTruth<{ last_error: string | null }>(
    cluster,
    'SELECT last_error FROM outbox WHERE parked_at IS NOT NULL',
  );
  const promise = 'no healthy event is dead-lettered';
  return [
    ...rows.map(({ last_error: reason }) => ({ promise, detail: `in the outbox: ${reason}` })),
    ...(deadLetters > 0 ? [{ promise, detail: `${deadLetters} dead letters` }] : []),
  ];
}

/** Recalls of what was stored and of what was deleted, each from another service, when nothing is under way. */
async function sampledRecalls(cluster: Cluster, load: Load): Promise<RecallAnswer[]> {
  const { journal } = load;
  const stored = journal.keys().flatMap((key) => journal.currentStore(key) ?? []);
  const deleted = journal.deletedKeys().flatMap((key) => journal.effects(key).slice(0, -1));
  const samples = [...stored.slice(-SAMPLES), ...deleted.slice(-SAMPLES)];
  const recalls: RecallAnswer[] = [];
  for (const [index, write] of samples.entries()) {
    const service = cluster.apis[index % cluster.apis.length];
    if (service !== undefined) recalls.push(await load.recallWrite(service, write));
  }
  return recalls;
}
