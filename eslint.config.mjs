import { builtinModules } from 'node:module';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Client libraries of data sources: each belongs to one adapter, and none to core or to workflow code. */
const drivers = ['axios', 'graphql-request', 'pg', 'pg-*', 'fastify'];

/** Where tests, and what only tests use, are kept. */
const tests = ['**/*.spec.ts', '**/*.test-d.ts', '**/test/**/*.ts', '**/vitest.config.mts'];

/** Code that is bundled for Temporal's workflow sandbox, in every package. */
const sandbox = [
  'packages/*/src/workflow.ts',
  'packages/*/src/workflow/**/*.ts',
  'packages/*/src/state/**/*.ts',
  'packages/*/src/contract/**/*.ts',
  'packages/*/src/hierarchy/**/*.ts',
  'packages/*/src/base/**/*.ts',
];

/** The dependency rules of docs/decisions and CONTRIBUTING: what a project of one type may import. */
function moduleBoundaries({ alsoAllowed = [], forFeeds = [], forKits = [], core = {} } = {}) {
  const everything = ['core', 'http', 'adapter', 'feed', 'kit', 'console', 'tool'].map(
    (type) => `type:${type}`,
  );
  return [
    'error',
    {
      enforceBuildableLibDependency: true,
      banTransitiveDependencies: true,
      // Every vitest config extends the workspace's own.
      allow: ['../../vitest.config.base.mjs', '../../vitest.config.base.mts'],
      depConstraints: [
        { sourceTag: 'type:core', onlyDependOnLibsWithTags: ['type:core', ...alsoAllowed], ...core },
        { sourceTag: 'type:http', onlyDependOnLibsWithTags: ['type:core', ...alsoAllowed], ...core },
        {
          sourceTag: 'type:adapter',
          onlyDependOnLibsWithTags: ['type:core', 'type:http', ...alsoAllowed],
        },
        { sourceTag: 'type:kit', onlyDependOnLibsWithTags: ['type:core', ...alsoAllowed, ...forKits] },
        {
          sourceTag: 'type:console',
          onlyDependOnLibsWithTags: ['type:core', 'type:kit', ...alsoAllowed, ...forKits],
        },
        { sourceTag: 'type:feed', onlyDependOnLibsWithTags: ['type:core', ...alsoAllowed, ...forFeeds] },
        { sourceTag: 'type:app', onlyDependOnLibsWithTags: everything },
        { sourceTag: 'type:tool', onlyDependOnLibsWithTags: everything },
      ],
    },
  ];
}

export default defineConfig(
  globalIgnores([
    '**/dist',
    '**/out-tsc',
    '**/coverage',
    '**/.nx',
    '**/.cache',
    '**/vitest.config.*.timestamp*',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['clearTimeout', 'console', 'fetch', 'process', 'setTimeout', 'URL'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    files: ['**/*.ts', '**/*.mts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // An interface may ask for a promise where one implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@nx/enforce-module-boundaries': moduleBoundaries({ core: { bannedExternalImports: drivers } }),
    },
  },
  {
    // A library reports through the logger, the errors and the metrics it was given.
    files: ['packages/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // Of core, what is longer than a screen is more than one thing.
    files: ['packages/core/src/**/*.ts'],
    ignores: tests,
    rules: { 'max-lines': ['error', 349], 'max-lines-per-function': ['error', 79] },
  },
  {
    files: sandbox,
    ignores: tests,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: builtinModules.map((name) => ({
            name,
            message: 'Workflow code runs in the sandbox and does no I/O.',
            allowTypeImports: true,
          })),
          patterns: [
            {
              group: ['node:*', ...drivers],
              message: 'Workflow code runs in the sandbox and does no I/O.',
              allowTypeImports: true,
            },
            {
              group: ['@temporalio/*', '!@temporalio/workflow', '!@temporalio/common'],
              message: 'Workflow code may use @temporalio/workflow and @temporalio/common only.',
              allowTypeImports: true,
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'Buffer',
        'crypto',
        'fetch',
        'process',
        'setImmediate',
        'setInterval',
      ],
    },
  },
  {
    // Tests start real services. `expect.any()` is an `any`, and `expect(spy.method)` does not call the method.
    files: tests,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@nx/enforce-module-boundaries': moduleBoundaries({
        alsoAllowed: ['type:kit', 'type:tool'],
        // What feeds read, they read by any adapter.
        forFeeds: ['type:http', 'type:adapter'],
        // What a feed costs is reckoned by the CLI, which does not use it; and the testing kit is tried on workflows that name adapters.
        forKits: ['type:feed', 'type:http', 'type:adapter'],
      }),
    },
  },
  {
    // What the guide shows is written as its readers write it.
    files: ['packages/adapter-testkit/test/guide/**'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    // Examples in the guides belong to no TypeScript project.
    files: ['docs/**/*.ts', 'docs/**/*.mts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
);
