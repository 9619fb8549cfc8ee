// ESM-only packages that CommonJS dependencies `require()`: Jest cannot do that before Node 24.9, so they are transformed.
const ESM_ONLY_REQUIRED_BY_CJS = ['content-disposition', 'cookie', '@nestjs/common'];

const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    sourceMaps: 'inline',
  },
];

export default {
  // Against real servers on a busy machine; what waits for a condition gives up before, and says for what.
  testTimeout: 180_000,
  // Modules of every spec stay in the memory of the worker that ran it.
  workerIdleMemoryLimit: '1200MB',
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['sfm-src', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.[tj]s$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${ESM_ONLY_REQUIRED_BY_CJS.join('|')})/)`],
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  setupFiles: ['<rootDir>/test/jest-setup.mjs'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/data/'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
};
