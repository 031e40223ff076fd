import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** A driver import that a package without a driver must not have, and why. */
const drivers = ['axios', 'graphql-request', 'pg', 'pg-*', 'fastify'];

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/.nx', '**/.cache', '**/test/fixtures/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          allow: ['@stateful-workflow/dev-services'],
          depConstraints: [
            {
              sourceTag: 'type:core',
              onlyDependOnLibsWithTags: ['type:core'],
              bannedExternalImports: drivers,
            },
            { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:core'] },
            { sourceTag: 'type:kit', onlyDependOnLibsWithTags: ['type:core'] },
            {
              sourceTag: 'type:app',
              onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:kit', 'type:tool'],
            },
            {
              sourceTag: 'type:tool',
              onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:kit', 'type:tool'],
            },
          ],
        },
      ],
    },
  },
  {
    // What runs in Temporal's workflow sandbox does no I/O: no Node built-ins, no drivers.
    files: ['**/src/workflow.ts', '**/src/workflow/**/*.ts', '**/src/state/**/*.ts', '**/src/contract/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*', ...drivers], message: 'Workflow code runs in the sandbox and does no I/O.' },
            {
              group: ['@temporalio/worker', '@temporalio/client', '@temporalio/activity'],
              message: 'Workflow code may use @temporalio/workflow and @temporalio/common only.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'process', 'Buffer', 'setInterval', 'crypto'],
    },
  },
  prettier,
);
