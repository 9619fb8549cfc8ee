import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const ENVIRONMENT = 'The environment is read in libs/config only; libs take plain options objects.';
const ONE_CAST = 'A cast through unknown hides a wrong type: make the types say what is true.';
const ONE_NAMESPACE =
  'A text becomes a Namespace by being checked: toNamespace, or trustedNamespace for what a store of ours gives back.';
const NAMED_EXPORTS = 'Name each export: an index that passes on everything promises what nobody has decided on.';

/** Every way to reach process.env that somebody would write without meaning to hide it. */
const environmentSyntax = [
  'MemberExpression[object.type="MemberExpression"][object.property.name="process"][property.name="env"]',
  'MemberExpression[object.type="MemberExpression"][object.property.name="process"][property.value="env"]',
  'VariableDeclarator[init.type="Identifier"][init.name="process"][id.type="Identifier"]',
  'VariableDeclarator[init.object.name="globalThis"][init.property.name="process"]',
  'VariableDeclarator[init.name="globalThis"] > ObjectPattern > Property[key.name="process"]',
  'CallExpression[callee.name="require"] > Literal[value=/^(node:)?process$/]',
  'ImportExpression > Literal[value=/^(node:)?process$/]',
].map((selector) => ({ selector, message: ENVIRONMENT }));
const syntaxEverywhere = [
  { selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSUnknownKeyword"]', message: ONE_CAST },
  {
    selector:
      ':not(FunctionDeclaration[id.name="trustedNamespace"] > BlockStatement > ReturnStatement) > ' +
      'TSAsExpression[typeAnnotation.typeName.name="Namespace"]',
    message: ONE_NAMESPACE,
  },
  { selector: 'ExportAllDeclaration', message: NAMED_EXPORTS },
];

/** Functions take three parameters, then an object; what Nest builds is handed up to six collaborators. */
const maxParameters = {
  meta: { type: 'suggestion', schema: [], messages: { tooMany: '{{count}} parameters; the budget is {{budget}}.' } },
  create(context) {
    const check = (node) => {
      const isBuiltByNest = node.parent.kind === 'constructor' || node.parent.key?.name === 'useFactory';
      const budget = isBuiltByNest ? 6 : 3;
      const count = node.params.length;
      if (count > budget) context.report({ node, messageId: 'tooMany', data: { count, budget } });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
};

const TESTS = ['**/*.spec.ts', '**/*.e2e-spec.ts', '**/*.contract.ts', '**/src/testing/**', '**/test/**', 'test/**'];

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', 'site/', '**/coverage/', 'data/', '**/.*/'] },
  // A rule holds everywhere or it goes: a comment cannot switch it off in one place.
  { linterOptions: { noInlineConfig: true } },

  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // What was caught may be thrown on, whatever it is.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      // Ports promise Promises; an embedded adapter keeps the promise without awaiting anything.
      '@typescript-eslint/require-await': 'off',
      // Printing a value of unknown type is what logs and error messages are for.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // TypeScript itself finds undefined names.
      'no-undef': 'off',
    },
  },

  {
    // One text of one client must not cost the square of its length: whatever a pattern meets, its time is linear.
    // A sticky pattern is tried at one place only.
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
      'no-restricted-imports': [
        'error',
        { paths: ['node:process', 'process'].map((name) => ({ name, message: `Use the global. ${ENVIRONMENT}` })) },
      ],
      'no-restricted-syntax': ['error', ...syntaxEverywhere, ...environmentSyntax],
      // Refusing NUL bytes and the like takes patterns that name them.
      'no-control-regex': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['**/*.d.ts'],
    rules: { 'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }] },
  },

  // Budgets a review asks about; see CONTRIBUTING.md.
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'migrations/**/*.ts'],
    ignores: TESTS,
    plugins: { house: { rules: { 'max-parameters': maxParameters } } },
    rules: {
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 50, skipBlankLines: true, skipComments: true }],
      'house/max-parameters': 'warn',
    },
  },

  {
    // The readers of the environment: the configuration of the service, and the tools around it.
    files: [
      'libs/config/src/**',
      'test/services/environment.ts',
      'test/global-setup.mjs',
      'test/global-teardown.mjs',
      'bench/**',
      'scripts/**',
      'docker/**',
      'helm/files/**',
    ],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...syntaxEverywhere],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])),
    },
  },
  {
    files: TESTS,
    rules: {
      // Jest's matchers and JSON.parse are typed with any, and a test may reject with anything.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  prettier,
);
