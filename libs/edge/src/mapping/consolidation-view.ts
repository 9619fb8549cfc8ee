import type {
  ConsolidationPlan,
  ConsolidationRequest,
  ConsolidationRun,
  DetailedRun,
  FinishedRun,
  Namespace,
  PlannedCluster,
  RunItem,
  RunsPage,
} from '@sfm/memory';
import type { NewConsolidationBody } from '../schemas/consolidation.schemas.js';
import type { PageCursor } from './page-cursor.js';

export function toConsolidationRequest(body: NewConsolidationBody): ConsolidationRequest {
  return {
    windowSeconds: body.window_seconds,
    by: body.by,
    minSimilarity: body.min_similarity,
    sessionGapSeconds: body.session_gap_seconds,
    minSources: body.min_sources,
    maxSources: body.max_sources,
    ...(body.until === undefined ? {} : { until: new Date(body.until) }),
  };
}

/** What a consolidation would do. */
export function consolidationPlanView({ lookedAt, hasMore, clusters }: ConsolidationPlan) {
  return { looked_at: lookedAt, has_more: hasMore, clusters: clusters.map(clusterView) };
}

/** A consolidation that is done, and what it found. */
export function finishedConsolidationView({ plan, ...detailed }: FinishedRun) {
  return { ...consolidationDetailView(detailed), clusters: plan.clusters.map(clusterView) };
}

/** A consolidation, and what it wrote. */
export function consolidationDetailView({ run, items }: DetailedRun) {
  return { ...runView(run), memories: items.map(itemView) };
}

/** A page of consolidations, with the cursor of the next one. */
export function consolidationPageView(namespace: Namespace, { runs, next }: RunsPage, cursors: PageCursor) {
  const cursor = next === undefined ? null : cursors.write(namespace, { createdAtMs: 0, id: next });
  return { consolidations: runs.map(runView), next_cursor: cursor };
}

function runView({ id, state, request, startedAt, endedAt, totals }: ConsolidationRun) {
  return {
    id,
    state,
    request: {
      window_seconds: request.windowSeconds,
      by: request.by,
      min_similarity: request.minSimilarity,
      session_gap_seconds: request.sessionGapSeconds,
      min_sources: request.minSources,
      max_sources: request.maxSources,
      until: new Date(request.untilMs).toISOString(),
    },
    started_at: startedAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
    looked_at: totals?.lookedAt ?? null,
    has_more: totals?.hasMore ?? null,
    found: totals?.clusters ?? null,
    unchanged: totals?.unchanged ?? null,
  };
}

function itemView({ coordinate, version, priorVersion, outcome }: RunItem) {
  return { coordinate, version, prior_version: priorVersion, outcome };
}

function clusterView({ coordinate, state, by, sources, content }: PlannedCluster) {
  return {
    coordinate,
    state,
    by,
    sources: sources.map(({ coordinate: place, version, quote }) => ({ coordinate: place, version, text: quote })),
    payload: content.memory.payload,
  };
}
