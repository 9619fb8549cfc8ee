import type {
  Decay,
  LifecycleReport,
  Namespace,
  NamespaceRetention,
  Outcome,
  RemovalCandidate,
  RetentionPolicy,
} from '@sfm/memory';
import { NO_POLICY } from '@sfm/memory';
import type { RetentionPolicyBody } from '../schemas/lifecycle.schemas.js';

export function toRetentionPolicy(body: RetentionPolicyBody): RetentionPolicy {
  const { max_age_seconds: maxAgeSeconds = null, max_memories: maxMemories = null } = body;
  return { maxAgeSeconds, maxMemories, keepImportanceFrom: body.keep_importance_from ?? null };
}

export function retentionView(namespace: Namespace | string, { stored, inForce }: NamespaceRetention) {
  return {
    namespace,
    ...policyView(stored ?? NO_POLICY),
    version: stored?.version ?? 0,
    updated_at: stored?.updatedAt.toISOString() ?? null,
    in_force: policyView(inForce),
  };
}

export function lifecycleReportView({ namespace, isDryRun, isComplete, removed, decayed }: LifecycleReport) {
  return {
    namespace,
    dry_run: isDryRun,
    complete: isComplete,
    expired: outcomeView(removed.expired, candidateView),
    too_old: outcomeView(removed.too_old, candidateView),
    over_cap: outcomeView(removed.over_cap, candidateView),
    decayed: outcomeView(decayed, decayView),
  };
}

function policyView({ maxAgeSeconds, maxMemories, keepImportanceFrom }: RetentionPolicy) {
  return { max_age_seconds: maxAgeSeconds, max_memories: maxMemories, keep_importance_from: keepImportanceFrom };
}

function outcomeView<Named, View>({ count, isMore, sample }: Outcome<Named>, view: (named: Named) => View) {
  return { count, more: isMore, sample: sample.map(view) };
}

function candidateView({ coordinate, version, importance, createdAt }: RemovalCandidate) {
  return { coordinate, version, importance, created_at: createdAt.toISOString() };
}

function decayView({ memory: { coordinate, version }, lost }: Decay) {
  return { coordinate, version, keys: lost };
}
