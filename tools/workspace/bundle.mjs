// Part of `build`, run in a package's directory after `tsc` has checked the types and written the declarations: writes
// the JavaScript, one CommonJS file for each entry of the package, and what entries share to `dist/shared/`.
// See docs/decisions/0007.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, normalize, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));

/** `{ workflow: 'src/workflow.ts' }` and so on, for the entries that are code. */
const entries = Object.fromEntries(
  Object.values(exports)
    .map((entry) => /^\.\/dist\/([\w-]+)\.js$/.exec(entry.default)?.[1])
    .filter((name) => name !== undefined)
    .map((name) => [name, `src/${name}.ts`]),
);

/** All that the workflow entry reaches, and so all that may run in Temporal's sandbox. */
let sandbox;
function reachedByWorkflow(modules) {
  const reached = new Set([resolve(entries.workflow)]);
  for (const id of reached) {
    for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
  }
  return reached;
}

/**
 * Rewrites the imports and exports of a chunk to CommonJS. Bundlers can write CommonJS themselves, but then look each
 * imported name up at each use (`shared.name`), and define a getter for each name that a chunk exports. Here a name is
 * taken out of its module once, so that a minifier can shorten it. That is safe since chunks do not import each other
 * in a circle (what a module imports is needed by every entry that needs the module), and no exported name is assigned
 * to after its module has run.
 */
function toCommonJs(code, isEntry) {
  let result = code;
  // From the end, so that the positions of what is still to be replaced stay right.
  for (const node of parseAst(code).body.toReversed()) {
    if (!/^(Import|Export)/.test(node.type)) continue;
    result = `${result.slice(0, node.start)}${statement(node, code, isEntry)}${result.slice(node.end)}`;
  }
  return result;
}

function statement(node, code, isEntry) {
  const { specifiers = [] } = node;
  if (node.type === 'ImportDeclaration' && specifiers.every(({ type }) => type === 'ImportSpecifier')) {
    const names = specifiers.map(({ imported, local }) =>
      imported.name === local.name ? local.name : `${imported.name}: ${local.name}`,
    );
    return `${names.length > 0 ? `const { ${names.join(', ')} } = ` : ''}require(${node.source.raw});`;
  }
  if (node.type === 'ExportNamedDeclaration' && !node.declaration && !node.source) {
    // Of an entry, in the form that Node reads the names from for an `import` of ES modules.
    if (isEntry)
      return specifiers.map(({ exported, local }) => `exports.${exported.name} = ${local.name};`).join('\n');
    return `module.exports = { ${specifiers.map(({ exported, local }) => `${exported.name}: ${local.name}`).join(', ')} };`;
  }
  throw new Error(`Import and export by name, not as in: ${code.slice(node.start, node.end)}`);
}

const build = await rolldown({
  input: entries,
  // What is installed beside the package stays outside: Temporal's classes, too, must exist once.
  external: /^[^./]/,
  platform: 'neutral',
  tsconfig: 'tsconfig.lib.json',
  transform: { target: 'es2022' },
  onLog: (level, log, handler) => handler(level === 'warn' ? 'error' : level, log),
});
const { output } = await build.write({
  dir: 'dist',
  format: 'esm',
  sourcemap: true,
  // After the compression, which takes the code for a module's, where this goes without saying.
  postBanner: ({ isEntry }) =>
    `'use strict';${isEntry ? ` Object.defineProperty(exports, '__esModule', { value: true });` : ''}`,
  // Shorter in ways that a user's minifier does not know. Names and lines stay: the output is to be read.
  minify: { compress: true, mangle: false, codegen: false },
  // What chunks hand to each other, under short names: a user's minifier cannot shorten these.
  minifyInternalExports: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name].js',
  codeSplitting: {
    groups: [
      {
        debugName: 'sandbox',
        // One file of all that the sandbox has in common with other entries, since every file costs a wrapper there;
        // and nothing else, since what only other entries share may do I/O.
        name: (id, modules) => ((sandbox ??= reachedByWorkflow(modules)).has(id) ? 'sandbox' : null),
        minShareCount: 2,
      },
    ],
  },
  plugins: [
    {
      name: 'common-js',
      renderChunk: (code, chunk) => ({ code: toCommonJs(code, chunk.isEntry), map: null }),
    },
  ],
});

// What an earlier build left, of sources that have gone or that were compiled one by one.
const written = new Set(output.map(({ fileName }) => normalize(fileName)));
for (const file of readdirSync('dist', { recursive: true })) {
  if (/\.js(\.map)?$/.test(file) && !written.has(normalize(file))) rmSync(join('dist', file));
}
