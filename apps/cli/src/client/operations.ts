/** What a memory client can be asked for, and the route of the service that answers it. */
export const ROUTES = {
  store: ['POST', '/v1/memories'],
  storeEach: ['POST', '/v1/memories:batch'],
  recall: ['POST', '/v1/recall'],
  get: ['GET', '/v1/memories/:place'],
  remove: ['DELETE', '/v1/memories/:place'],
  list: ['GET', '/v1/memories'],
  range: ['GET', '/range'],
  history: ['GET', '/v1/memories/:place/history'],
  changes: ['GET', '/v1/changes'],
  link: ['POST', '/link'],
  neighbors: ['GET', '/neighbors'],
  path: ['GET', '/shortest_path'],
  namespaces: ['GET', '/v1/namespaces'],
  namespace: ['GET', '/v1/namespaces/:place'],
  removeNamespace: ['DELETE', '/v1/namespaces/:place'],
  clone: ['POST', '/v1/namespaces/:place/clone'],
  rename: ['POST', '/v1/namespaces/:place/rename'],
  retention: ['GET', '/v1/namespaces/:place/retention'],
  replaceRetention: ['PUT', '/v1/namespaces/:place/retention'],
  runLifecycle: ['POST', '/v1/lifecycle:run'],
  createKey: ['POST', '/v1/keys'],
  keys: ['GET', '/v1/keys'],
  rotateKey: ['POST', '/v1/keys/:place/rotate'],
  revokeKey: ['DELETE', '/v1/keys/:place'],
} as const satisfies Readonly<Record<string, readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string]>>;

export type Operation = keyof typeof ROUTES;
