import type { SourceTree } from './planted-repository.js';

/** One broken rule: the file that breaks it, and the same file without the fault. */
export interface Plant {
  name: string;
  rule: string;
  file: string;
  /** What the linter names, if not the file. */
  folder?: string;
  broken: string;
  clean: string;
}

const LIBS = [
  'memory',
  'composition',
  'service-config',
  'storage',
  'vector',
  'embedding',
  'events',
  'cache',
  'auth',
  'edge',
  'config',
  'observability',
];
const ADAPTERS = ['storage', 'vector', 'embedding', 'events', 'cache', 'auth'];
const APPS = ['api', 'consumer', 'cli'];

const importing = (...specifiers: string[]): string => specifiers.map((name) => `import '${name}';\n`).join('');

/** Rooms of the core: one that it may import, if any, and one that it may not. */
const CORE_ROOMS: Readonly<Record<string, { below?: string; forbidden: string }>> = {
  model: { forbidden: 'text' },
  'event-model': { below: 'model', forbidden: 'text' },
  telemetry: { forbidden: 'model' },
  attempts: { below: 'model', forbidden: 'text' },
  text: { below: 'model', forbidden: 'index-model' },
  'index-model': { below: 'text', forbidden: 'telemetry' },
  access: { below: 'model', forbidden: 'read' },
  idempotency: { below: 'model', forbidden: 'access' },
  read: { below: 'model', forbidden: 'index-model' },
  store: { below: 'read', forbidden: 'indexing' },
  forget: { below: 'store', forbidden: 'read' },
  recall: { below: 'index-model', forbidden: 'store' },
  indexing: { below: 'store', forbidden: 'recall' },
  replay: { below: 'indexing', forbidden: 'store' },
  verify: { below: 'indexing', forbidden: 'store' },
  reindex: { below: 'verify', forbidden: 'recall' },
};

export const IMPORT_PLANTS: readonly Plant[] = [
  {
    name: 'a cycle',
    rule: 'no-cycle',
    file: 'libs/cache/src/first.ts',
    broken: importing('./second.js'),
    clean: importing('node:util'),
  },
  {
    name: 'a cycle of types',
    rule: 'no-cycle',
    file: 'libs/cache/src/first-type.ts',
    broken: `import type { Second } from './second-type.js';\nexport interface First { second: Second }\n`,
    clean: 'export interface First { second: string }\n',
  },
  {
    name: 'an app that imports another app',
    rule: 'apps-never-import-apps',
    file: 'apps/api/src/import-app.ts',
    broken: importing('../../cli/src/main.js'),
    clean: importing('@sfm/migrations', ...LIBS.map((lib) => `@sfm/${lib}`)),
  },
  {
    name: 'a lib that imports an app',
    rule: 'libs-never-import-apps',
    file: 'libs/vector/src/import-app.ts',
    broken: importing('../../../apps/api/src/main.js'),
    clean: importing('@sfm/memory'),
  },
  ...['observability', 'storage', 'config'].map((lib) => ({
    name: `the core importing ${lib}`,
    rule: 'memory-imports-nothing-of-ours',
    file: `libs/memory/src/import-${lib}.ts`,
    broken: importing(`@sfm/${lib}`),
    clean: importing('node:crypto'),
  })),
  {
    name: 'the core importing a framework',
    rule: 'memory-stays-pure',
    file: 'libs/memory/src/import-framework.ts',
    broken: importing('@nestjs/common'),
    clean: importing('node:events'),
  },
  ...Object.entries(CORE_ROOMS).map(([room, { below, forbidden }]) => ({
    name: `the room ${room} of the core importing ${forbidden}`,
    rule: `memory-room-${room}`,
    file: `libs/memory/src/${room}/import-room.ts`,
    broken: importing(`../${forbidden}/room.js`),
    clean: importing(below === undefined ? 'node:util' : `../${below}/room.js`),
  })),
  {
    name: 'a room of the core that nothing is said about',
    rule: 'memory-rooms-are-listed',
    file: 'libs/memory/src/import-cellar.ts',
    broken: importing('./cellar/room.js'),
    clean: importing('./model/room.js'),
  },
  ...ADAPTERS.map((adapter, position) => {
    const other = ADAPTERS[(position + 1) % ADAPTERS.length];
    return {
      name: `the ${adapter} adapter importing the ${other} adapter`,
      rule: 'adapters-never-import-adapters',
      file: `libs/${adapter}/src/import-adapter.ts`,
      broken: importing(`@sfm/${other}`),
      clean: importing('@sfm/memory', '@sfm/observability'),
    };
  }),
  {
    name: 'a lib that imports the configuration',
    rule: 'config-only-from-apps',
    file: 'libs/auth/src/import-config.ts',
    broken: importing('@sfm/config'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'composition that imports the configuration',
    rule: 'config-only-from-apps',
    file: 'libs/composition/src/import-config.ts',
    broken: importing('@sfm/config'),
    clean: importing('@sfm/memory', '@sfm/observability', ...ADAPTERS.map((adapter) => `@sfm/${adapter}`)),
  },
  {
    name: 'composition that imports what settings mean',
    rule: 'service-config-only-from-apps',
    file: 'libs/composition/src/import-service-config.ts',
    broken: importing('@sfm/service-config'),
    clean: importing('@sfm/migrations'),
  },
  {
    name: 'what settings mean importing an adapter',
    rule: 'service-config-only-maps',
    file: 'libs/service-config/src/import-adapter.ts',
    broken: importing('@sfm/cache'),
    clean: importing('@sfm/composition', '@sfm/config', '@sfm/observability'),
  },
  {
    name: 'an adapter that imports the composition',
    rule: 'composition-only-from-apps',
    file: 'libs/cache/src/import-composition.ts',
    broken: importing('@sfm/composition'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'an edge that imports an adapter',
    rule: 'edge-imports-only-the-core',
    file: 'libs/edge/src/import-adapter.ts',
    broken: importing('@sfm/auth'),
    clean: importing('@sfm/memory'),
  },
  ...['fastify', '@nestjs/platform-fastify', '@nestjs/microservices', 'node:http'].map((transport) => ({
    name: `an edge that imports ${transport}`,
    rule: 'edge-knows-no-transport',
    file: `libs/edge/src/import-${transport.replaceAll(/\W/g, '-')}.ts`,
    broken: importing(transport),
    clean: importing('zod', 'node:crypto'),
  })),
  {
    name: 'an adapter that imports the edge',
    rule: 'edge-only-from-above',
    file: 'libs/cache/src/import-edge.ts',
    broken: importing('@sfm/edge'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'configuration that imports the core',
    rule: 'config-imports-nothing-of-ours',
    file: 'libs/config/src/import-core.ts',
    broken: importing('@sfm/memory'),
    clean: importing('zod'),
  },
  {
    name: 'observability that imports the core',
    rule: 'observability-imports-nothing-of-ours',
    file: 'libs/observability/src/import-core.ts',
    broken: importing('@sfm/memory'),
    clean: importing('prom-client'),
  },
  {
    name: 'migrations in an adapter other than storage',
    rule: 'migrations-only-for-storage',
    file: 'libs/vector/src/import-migrations.ts',
    broken: importing('@sfm/migrations'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'a migration that imports a lib',
    rule: 'migrations-import-nothing-of-ours',
    file: 'migrations/src/import-lib.ts',
    broken: importing('@sfm/memory'),
    clean: importing('typeorm'),
  },
  {
    name: 'a deep import of another lib',
    rule: 'no-deep-import-of-a-lib',
    file: 'libs/vector/src/import-deep.ts',
    broken: importing('../../memory/src/import-framework.js'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'a deep import from an app',
    rule: 'no-deep-import-of-a-lib',
    file: 'apps/api/src/import-deep.ts',
    broken: importing('../../../libs/storage/src/import-adapter.js'),
    clean: importing('@sfm/storage'),
  },
  {
    name: 'a deep import from a suite above the workspaces',
    rule: 'no-deep-import-from-tests',
    file: 'test/e2e/import-deep.e2e-spec.ts',
    broken: importing('../../libs/storage/src/import-adapter.js'),
    clean: importing('@sfm/storage', '@sfm/memory/testing'),
  },
  {
    name: 'a lib that imports its own index',
    rule: 'no-import-of-own-index',
    file: 'libs/events/src/import-own-index.ts',
    broken: importing('./index.js'),
    clean: importing('./import-adapter.js'),
  },
  {
    name: 'test code in the running service',
    rule: 'testing-only-from-tests',
    file: 'libs/embedding/src/import-testing.ts',
    broken: importing('@sfm/memory/testing'),
    clean: importing('@sfm/memory'),
  },
  {
    name: 'one migration alone',
    rule: 'no-deep-import-of-migrations',
    file: 'libs/storage/src/import-migration.ts',
    broken: importing('../../../migrations/src/import-lib.js'),
    clean: importing('@sfm/migrations'),
  },
  ...[
    { driver: 'pg', backend: 'postgres', home: 'storage', stranger: 'apps/api' },
    { driver: 'typeorm', backend: 'postgres', home: 'storage', stranger: 'libs/vector' },
    { driver: '@qdrant/js-client-rest', backend: 'qdrant', home: 'vector', stranger: 'libs/storage' },
    { driver: 'usearch', backend: 'usearch', home: 'vector', stranger: 'libs/memory' },
    { driver: '@huggingface/transformers', backend: 'transformers', home: 'embedding', stranger: 'apps/cli' },
    { driver: 'kafkajs', backend: 'kafka', home: 'events', stranger: 'apps/consumer' },
    { driver: 'ioredis', backend: 'redis', home: 'cache', stranger: 'libs/auth' },
    { driver: '@opentelemetry/api', backend: 'opentelemetry', home: 'observability', stranger: 'libs/events' },
  ].map(({ driver, backend, home, stranger }) => ({
    name: `${driver} outside libs/${home}`,
    rule: `${backend}-driver-only-in-${home}`,
    file: `${stranger}/src/import-driver.ts`,
    broken: `export const driver = await import('${driver}');\n`,
    clean: importing('node:net'),
  })),
  {
    name: 'an import of nothing',
    rule: 'nothing-unresolvable',
    file: 'libs/auth/src/import-nothing.ts',
    broken: importing('./no-such-file.js'),
    clean: importing('./import-config.js'),
  },
  {
    name: 'a package that is not declared',
    rule: 'declared-dependencies-only',
    file: 'libs/config/src/import-undeclared.ts',
    broken: importing('rxjs'),
    clean: importing('node:path'),
  },
  {
    name: 'a module that nothing reaches',
    rule: 'no-dead-module',
    file: 'libs/cache/src/dead.ts',
    broken: 'export const dead = true;\n',
    clean: 'export const dead = false;\n',
  },
  {
    name: 'folders that import each other by what they contain',
    rule: 'no-knot-of-folders',
    folder: 'libs/vector/src/left',
    file: 'libs/vector/src/left/out/to-the-right.ts',
    broken: importing('../../right/in/right.js'),
    clean: importing('node:util'),
  },
  {
    name: 'a folder that imports files of the one above, which imports it',
    rule: 'no-knot-of-folders',
    folder: 'libs/vector/src/above',
    file: 'libs/vector/src/above/below/up.ts',
    broken: importing('../up-there.js'),
    clean: importing('node:util'),
  },
  {
    name: 'a folder that imports what lies beside the index of its lib',
    rule: 'no-knot-of-folders',
    folder: 'libs/events/src',
    file: 'libs/events/src/room/import-from-the-top.ts',
    broken: importing('../import-adapter.js'),
    clean: importing('node:util'),
  },
];

const ENVIRONMENT_READERS: Readonly<Record<string, { rule: string; source: string }>> = {
  'a member of process': {
    rule: 'no-restricted-properties',
    source: 'export const port = process.env.SOMA_API_PORT;\n',
  },
  'an index of process': {
    rule: 'no-restricted-properties',
    source: `export const port = process['env'].SOMA_API_PORT;\n`,
  },
  destructuring: {
    rule: 'no-restricted-properties',
    source: 'const { env } = process;\nexport const port = env.PORT;\n',
  },
  'a named import': {
    rule: 'no-restricted-imports',
    source: `import { env } from 'node:process';\nexport const port = env.PORT;\n`,
  },
  'a namespace import': {
    rule: 'no-restricted-imports',
    source: `import * as system from 'node:process';\nexport const port = system.env.PORT;\n`,
  },
  'a dynamic import': {
    rule: 'no-restricted-syntax',
    source: `const system = await import('node:process');\nexport const port = system.env.PORT;\n`,
  },
  'an alias': {
    rule: 'no-restricted-syntax',
    source: 'const system = process;\nexport const port = system.env.PORT;\n',
  },
  'the global object': {
    rule: 'no-restricted-syntax',
    source: 'export const port = globalThis.process.env.PORT;\n',
  },
};

export const CODE_PLANTS: readonly Plant[] = [
  {
    name: 'a floating promise',
    rule: '@typescript-eslint/no-floating-promises',
    file: 'libs/storage/src/floating-promise.ts',
    broken: 'export async function flush(): Promise<void> {\n  Promise.resolve();\n}\n',
    clean: 'export async function flush(): Promise<void> {\n  await Promise.resolve();\n}\n',
  },
  {
    name: 'a promise where nobody waits for it',
    rule: '@typescript-eslint/no-misused-promises',
    file: 'libs/storage/src/misused-promise.ts',
    broken: 'export const all = (ids: number[]): void => ids.forEach(async (id) => Promise.resolve(void id));\n',
    clean: 'export const all = (ids: number[]): void => ids.forEach((id) => void id);\n',
  },
  ...['libs/storage/src', 'apps/api/src', 'test/e2e'].flatMap((folder) =>
    Object.entries(ENVIRONMENT_READERS).map(([name, { rule, source }]) => ({
      name: `the environment read in ${folder} through ${name}`,
      rule,
      file: `${folder}/environment-through-${name.replaceAll(' ', '-')}.ts`,
      broken: source,
      clean: 'export const port = process.pid;\n',
    })),
  ),
  {
    name: 'an explicit any',
    rule: '@typescript-eslint/no-explicit-any',
    file: 'libs/memory/src/explicit-any.ts',
    broken: 'export const anything = (value: any): boolean => value === 1;\n',
    clean: 'export const anything = (value: unknown): boolean => value === 1;\n',
  },
  {
    name: 'a cast through unknown',
    rule: 'no-restricted-syntax',
    file: 'libs/memory/src/double-cast.ts',
    broken: 'export const size = (text: string): number => text as unknown as number;\n',
    clean: 'export const size = (text: string): number => Number(text);\n',
  },
  {
    name: 'a text cast to a namespace',
    rule: 'no-restricted-syntax',
    file: 'libs/memory/src/cast-namespace.ts',
    broken:
      'type Namespace = string & { readonly checked: true };\n' +
      'export const home = (name: string): Namespace => name as Namespace;\n',
    clean:
      'type Namespace = string & { readonly checked: true };\n' +
      'export const home = (name: Namespace): Namespace => name;\n',
  },
  ...['libs/memory/src/text/index.ts', 'libs/config/src/settings/index.ts'].map((file) => ({
    name: `everything exported at once in ${file}`,
    rule: 'no-restricted-syntax',
    file,
    broken: `export * from 'node:util';\n`,
    clean: `export { inspect } from 'node:util';\n`,
  })),
  {
    name: 'a pattern that backtracks more than linearly',
    rule: 'regexp/no-super-linear-backtracking',
    file: 'libs/memory/src/backtracking-pattern.ts',
    broken: 'export const number = /^\\d+\\.?\\d*$/;\n',
    clean: 'export const number = /^\\d+(?:\\.\\d*)?$/;\n',
  },
  {
    name: 'a pattern that begins anew at every character',
    rule: 'regexp/no-super-linear-move',
    file: 'apps/api/src/moving-pattern.ts',
    broken: "export const trimmed = (path: string): string => path.replace(/\\/+$/, '');\n",
    clean: "export const trimmed = (path: string): string => path.replace(/(?<!\\/)\\/+$/, '');\n",
  },
  {
    name: 'a comment that silences the compiler',
    rule: '@typescript-eslint/ban-ts-comment',
    file: 'libs/memory/src/silenced-compiler.ts',
    broken: `// @ts-ignore because\nexport const size: number = 'large';\n`,
    clean: 'export const size: number = 1;\n',
  },
  {
    name: 'a comment that silences a rule',
    rule: '@typescript-eslint/no-explicit-any',
    file: 'libs/memory/src/silenced-rule.ts',
    broken: '/* eslint-disable */\nexport const anything = (value: any): boolean => value === 1;\n',
    clean: 'export const anything = (value: unknown): boolean => value === 1;\n',
  },
  {
    name: 'a default export',
    rule: 'no-restricted-exports',
    file: 'libs/memory/src/default-export.ts',
    broken: 'export default 1;\n',
    clean: 'export const one = 1;\n',
  },
];

const ROOM = importing('node:util');

/** Allowed everywhere: proof that the exceptions of the rules still are exceptions. */
const ALLOWED: SourceTree = {
  'libs/config/src/environment.ts': 'export const port = process.env.SOMA_API_PORT;\n',
  'test/services/environment.ts': 'export const url = process.env.SFM_TEST_POSTGRES_URL;\n',
  'libs/storage/src/import-driver-at-home.ts': importing('pg', 'typeorm', '@sfm/migrations'),
  'libs/vector/src/uses-contract.contract.spec.ts': importing('@sfm/memory/testing', './import-app.js'),
};

/** The planted files, what they need beside them, and an index or main per workspace that reaches them all. */
export function sourcesOf(kind: 'broken' | 'clean'): SourceTree {
  const plants = Object.fromEntries([...IMPORT_PLANTS, ...CODE_PLANTS].map((plant) => [plant.file, plant[kind]]));
  const sources: SourceTree = {
    ...plants,
    ...ALLOWED,
    'libs/memory/src/testing/index.ts': `export const builders = true;\n`,
    ...(kind === 'broken' ? { 'libs/memory/src/cellar/room.ts': ROOM } : {}),
    ...Object.fromEntries(Object.keys(CORE_ROOMS).map((room) => [`libs/memory/src/${room}/room.ts`, ROOM])),
    'libs/cache/src/second.ts': importing('./first.js'),
    'libs/vector/src/left/in/left.ts': importing('node:util'),
    'libs/vector/src/right/in/right.ts': importing('node:util'),
    'libs/vector/src/right/out/to-the-left.ts': importing('../../left/in/left.js'),
    'libs/vector/src/above/up-there.ts': importing('node:util'),
    'libs/vector/src/above/down.ts': importing('./below/up.js'),
    'libs/cache/src/second-type.ts': `import type { First } from './first-type.js';\nexport type Second = First[];\n`,
    'bench/bench.mjs': 'console.log(process.env.HOME);\n',
  };
  const roots = [
    ...LIBS.map((lib) => `libs/${lib}/src/index.ts`),
    ...APPS.map((app) => `apps/${app}/src/main.ts`),
    'migrations/src/index.ts',
  ];
  return { ...sources, ...Object.fromEntries(roots.map((root) => [root, reaching(root, Object.keys(sources), kind)])) };
}

/** Imports of everything planted beside `root`, except the module that must stay dead. */
function reaching(root: string, files: readonly string[], kind: 'broken' | 'clean'): string {
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  const planted = files.filter((file) => file.startsWith(folder) && !/\.spec\.ts$|\/testing\//.test(file));
  const reached = planted.filter((file) => kind === 'clean' || !file.endsWith('/dead.ts'));
  return `${importing(...reached.map((file) => `./${file.slice(folder.length).replace(/\.ts$/, '.js')}`))}export const here = '${root}';\n`;
}
