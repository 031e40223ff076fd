// What may import what inside a package: `npm run imports:check`. What packages may import of each other is in
// eslint.config.mjs. Version 17 of the tool is the last one for Node 20.

/** What each folder of core may import of core, besides itself. The entries beside the folders may import all of it. */
const layers = {
  base: [],
  contract: ['base'],
  state: ['base', 'contract'],
  hierarchy: ['base', 'contract', 'state'],
  workflow: ['base', 'contract', 'state', 'hierarchy'],
  credentials: ['base', 'contract', 'state'],
  worker: ['base', 'contract', 'state', 'credentials'],
  client: ['base', 'contract', 'state', 'credentials'],
};

/** What a folder has that may be imported from anywhere in core: names and types that both sides agree on. */
const agreed = ['hierarchy/activities.ts'];

const core = (folders) => `^packages/core/src/(${folders.join('|')})/`;

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that import each other, be it only for a type, cannot be read one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(layers).map(([layer, below]) => ({
      name: `core-${layer}`,
      comment: `Of core, ${layer} imports ${below.join(', ') || 'nothing'}: a lower layer does not know a higher one.`,
      severity: 'error',
      from: { path: core([layer]) },
      to: {
        path: '^packages/core/src/',
        pathNot: [core([layer, ...below]), ...agreed.map((file) => `^packages/core/src/${file}$`)],
      },
    })),
  ],
  options: {
    // Imports of types, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(\\.spec|\\.test-d)\\.ts$|/dist/' },
  },
};
