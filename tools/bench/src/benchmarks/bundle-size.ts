import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark';
import { bundle } from '../temporal/bundle';

/** What workflow code imports: core, then the builders of the adapters. A new adapter is added here. */
const entries = [
  '@stateful-workflow/core/workflow',
  '@stateful-workflow/adapter-rest/workflow',
  '@stateful-workflow/adapter-graphql/workflow',
  '@stateful-workflow/adapter-postgres/workflow',
] as const;

/** What core and the workflow builders add to the code of a workflow. */
export const bundleSize: Benchmark = {
  name: 'bundle-size',
  title: 'minified code that core and the workflow builders add to a bare Temporal workflow bundle',
  unit: 'bytes',
  // A guard against accidents, and no aim: clear code is worth more than short code.
  bar: 100 * 1_024,
  better: 'lower',
  run: async (bench) => {
    // Below this package, so that the imports are resolved from here.
    const directory = await mkdtemp(join(__dirname, '..', 'bundle-'));
    bench.cleanUp('The bundled workflows', () => rm(directory, { recursive: true }));
    const sizes: number[] = [];
    for (let count = 0; count <= entries.length; count++) {
      bench.progress(count === 0 ? 'bundling a bare workflow' : `bundling with ${entries[count - 1]}`);
      sizes.push(await minifiedSize(directory, entries.slice(0, count)));
    }
    const [bare = 0] = sizes;
    const added = entries.map((entry, i) => `${entry} ${(sizes[i + 1] ?? 0) - (sizes[i] ?? 0)}`);
    return {
      value: (sizes.at(-1) ?? 0) - bare,
      detail: `a bare Temporal bundle is ${bare} bytes; added by ${added.join(', ')}; bundled by Temporal with webpack's mode for production, without the source map`,
    };
  },
};

/** Bytes of the bundle of a bare workflow that imports all of `imports`. */
async function minifiedSize(directory: string, imports: readonly string[]): Promise<number> {
  const file = join(directory, `workflow-${imports.length}.js`);
  const lines = [
    ...imports.map((name, i) => `exports.import${i} = require(${JSON.stringify(name)});`),
    `exports.bare = require('../workflows/bare').bare;`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  // As a user minifies: Temporal's bundler builds for development, unless it is told otherwise.
  const code = await bundle(file, {
    webpackConfigHook: (config) => ({
      ...config,
      mode: 'production',
      optimization: { ...config.optimization, minimize: true },
    }),
  });
  return Buffer.byteLength(withoutSourceMap(code));
}

function withoutSourceMap(code: string): string {
  return code.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}
