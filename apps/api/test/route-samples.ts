import type { Scope } from '@sfm/memory';

/** A request that a route answers. */
export interface RouteSample {
  readonly scope: Scope;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: object | string;
  readonly type?: string;
}

const MEMORY = { coord: '1,2', payload: {} };
const NO_RUN = '01890a5d-ac96-774b-bcce-b302099a8057';
const V1_MEMORY = { coordinate: [1, 2], payload: {} };

/** By `operationId`: a request that would be answered, and what it takes. */
export const ROUTE_SAMPLES: Readonly<Record<string, RouteSample>> = {
  store: { scope: 'write', url: '/store', body: MEMORY },
  remember: { scope: 'write', url: '/remember', body: MEMORY },
  storeBulk: { scope: 'write', url: '/store_bulk', body: { items: [MEMORY] } },
  createMemory: { scope: 'write', url: '/memories', body: MEMORY },
  deleteMemory: { scope: 'write', method: 'DELETE', url: '/memories/1,2' },
  v1CreateMemory: { scope: 'write', url: '/v1/memories', body: V1_MEMORY },
  v1CreateMemories: { scope: 'write', url: '/v1/memories:batch', body: { memories: [V1_MEMORY] } },
  v1AmendMemory: { scope: 'write', method: 'PATCH', url: '/v1/memories/1,2', body: { importance: 2 } },
  v1ReportOutcome: { scope: 'write', url: '/v1/memories/1,2/outcome', body: { outcome: 'rain' } },
  v1RestoreVersion: { scope: 'write', url: '/v1/memories/8,8/restore', body: { version: 1 } },
  v1DeleteMemory: { scope: 'write', method: 'DELETE', url: '/v1/memories/1,2' },
  link: { scope: 'write', url: '/link', body: { from_coord: '1', to_coord: '2' } },
  unlink: { scope: 'write', url: '/unlink', body: { from_coord: [1], to_coord: [2] } },
  prune: { scope: 'write', url: '/prune', body: { from_coord: [1], max_degree: 1 } },
  graphLink: { scope: 'write', url: '/graph/link', body: { from_coord: '1', to_coord: '2' } },
  v1CreateLink: { scope: 'write', url: '/v1/links', body: { from: [1], to: [2] } },
  v1DeleteLinks: { scope: 'write', method: 'DELETE', url: '/v1/links?from=1&to=2' },
  v1PruneLinks: { scope: 'write', url: '/v1/links/prune', body: { from: [1], max_degree: 1 } },
  neighborPairs: { scope: 'read', method: 'GET', url: '/neighbors?coord=1' },
  edges: { scope: 'read', url: '/neighbors', body: { from_coord: [1] } },
  shortestPath: { scope: 'read', method: 'GET', url: '/shortest_path?frm=1&to=2' },
  graphNeighbors: { scope: 'read', method: 'GET', url: '/graph/neighbors?coord=1' },
  graphPath: { scope: 'read', method: 'GET', url: '/graph/path?from_coord=1&to_coord=2' },
  v1ListLinks: { scope: 'read', method: 'GET', url: '/v1/links?coordinate=1' },
  v1Neighbors: { scope: 'read', method: 'GET', url: '/v1/graph/neighbors?coordinate=1' },
  v1ShortestPath: { scope: 'read', method: 'GET', url: '/v1/graph/shortest-path?from=1&to=2' },
  recall: { scope: 'read', url: '/recall', body: { query: 'x' } },
  recallByQuery: { scope: 'read', method: 'GET', url: '/recall?query=x' },
  recallBatch: { scope: 'read', url: '/recall_batch', body: { queries: ['x'] } },
  recallWithScores: { scope: 'read', url: '/recall_with_scores', body: { query: 'x' } },
  hybridRecallWithScores: { scope: 'read', url: '/hybrid_recall_with_scores', body: { query: 'x' } },
  recallWithContext: { scope: 'read', url: '/recall_with_context', body: { query: 'x', context: {} } },
  keywordSearch: { scope: 'read', url: '/keyword_search', body: { term: 'x' } },
  range: { scope: 'read', method: 'GET', url: '/range?min=0&max=1' },
  payloads: { scope: 'read', url: '/payloads', body: { coords: ['1,2'] } },
  searchMemories: { scope: 'read', url: '/memories/search', body: { query: 'x' } },
  searchMemoriesByQuery: { scope: 'read', method: 'GET', url: '/memories/search?query=x' },
  readMemory: { scope: 'read', method: 'GET', url: '/memories/1,2' },
  stats: { scope: 'read', method: 'GET', url: '/stats' },
  v1Consolidate: { scope: 'write', url: '/v1/consolidations', body: {} },
  v1UndoConsolidation: { scope: 'write', method: 'DELETE', url: `/v1/consolidations/${NO_RUN}` },
  v1ListConsolidations: { scope: 'read', method: 'GET', url: '/v1/consolidations' },
  v1ReadConsolidation: { scope: 'read', method: 'GET', url: `/v1/consolidations/${NO_RUN}` },
  v1AcquireLock: { scope: 'write', url: '/v1/locks/kettle', body: { owner: 'me', ttl_seconds: 3600 } },
  v1RenewLock: { scope: 'write', url: '/v1/locks/kettle/renew', body: { owner: 'me', token: 1 } },
  v1ReleaseLock: { scope: 'write', method: 'DELETE', url: '/v1/locks/kettle?owner=me&token=1' },
  v1ReadLock: { scope: 'read', method: 'GET', url: '/v1/locks/kettle' },
  v1RecentMemories: { scope: 'read', method: 'GET', url: '/v1/memories:recent' },
  v1ImportantMemories: { scope: 'read', method: 'GET', url: '/v1/memories:important' },
  v1SampleMemories: { scope: 'read', method: 'GET', url: '/v1/memories:sample' },
  v1SummarizeMemories: { scope: 'read', method: 'GET', url: '/v1/memories:summaries' },
  v1ListMemories: { scope: 'read', method: 'GET', url: '/v1/memories' },
  v1ReadMemory: { scope: 'read', method: 'GET', url: '/v1/memories/1,2' },
  v1ReadChanges: { scope: 'read', method: 'GET', url: '/v1/changes?from_beginning=true' },
  v1ReadHistory: { scope: 'read', method: 'GET', url: '/v1/memories/8,8/history' },
  v1CompareVersions: { scope: 'read', method: 'GET', url: '/v1/memories/8,8/diff?from=1&to=2' },
  v1Export: { scope: 'read', method: 'GET', url: '/v1/export' },
  v1Import: {
    scope: 'write',
    url: '/v1/import?checksums=ignored',
    body: '{"format":"somafractalmemory","version":1}',
    type: 'application/x-ndjson',
  },
  v1RecallBatch: { scope: 'read', url: '/v1/recall:batch', body: { questions: [{ query: 'x' }] } },
  v1FindNearest: { scope: 'read', url: '/v1/coordinates:nearest', body: { coordinate: [1, 2] } },
  v1Recall: { scope: 'read', url: '/v1/recall', body: { query: 'x' } },
  v1ReadRetention: { scope: 'admin', method: 'GET', url: '/v1/namespaces/api_ns/retention' },
  v1ReplaceRetention: { scope: 'admin', method: 'PUT', url: '/v1/namespaces/api_ns/retention', body: {} },
  v1RunLifecycle: { scope: 'admin', url: '/v1/lifecycle:run', body: { dry_run: true } },
  v1ListNamespaces: { scope: 'read', method: 'GET', url: '/v1/namespaces' },
  v1ReadNamespace: { scope: 'read', method: 'GET', url: '/v1/namespaces/team_a' },
  v1CloneNamespace: { scope: 'admin', method: 'POST', url: '/v1/namespaces/team_a/clone', body: { to: 'team_b' } },
  v1RenameNamespace: { scope: 'admin', method: 'POST', url: '/v1/namespaces/team_a/rename', body: { to: 'team_b' } },
  v1DeleteNamespace: { scope: 'admin', method: 'DELETE', url: '/v1/namespaces/team_a?confirm=team_a' },
  v1CreateKey: { scope: 'admin', url: '/v1/keys', body: { name: 'k', scopes: ['admin'], namespaces: ['*'] } },
  v1ListKeys: { scope: 'admin', method: 'GET', url: '/v1/keys' },
  v1RotateKey: { scope: 'admin', url: `/v1/keys/${NO_RUN}/rotate` },
  v1RevokeKey: { scope: 'admin', method: 'DELETE', url: `/v1/keys/${NO_RUN}` },
  v1ExportAudit: { scope: 'admin', method: 'GET', url: '/v1/audit' },
  v1Verify: { scope: 'admin', url: '/v1/admin/verify', body: {} },
  v1Reindex: { scope: 'admin', url: '/v1/admin/reindex', body: {} },
};
