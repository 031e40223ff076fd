// Part of `package-check`, run in a package's directory: what `npm pack` would put into the package is what a user
// needs, built from sources that are packed as well, nothing else, and not much more than it was.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** The most that a packed package may weigh, in KB: a guard against accidents. Raise it where what is added is worth it. */
const LIMITS = {
  '@stateful-workflow/adapter-file': 60,
  '@stateful-workflow/adapter-graphql': 120,
  '@stateful-workflow/adapter-postgres': 140,
  '@stateful-workflow/adapter-rest': 120,
  '@stateful-workflow/adapter-testkit': 65,
  '@stateful-workflow/codec-server': 30,
  '@stateful-workflow/console': 350,
  '@stateful-workflow/core': 1000,
  '@stateful-workflow/feed': 55,
  '@stateful-workflow/http': 220,
  '@stateful-workflow/testing': 50,
  '@stateful-workflow/webhooks': 65,
  'create-stateful-workflow': 40,
  'stateful-workflow': 130,
};

const [{ name, size, files }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }),
);
const packed = files.map((file) => file.path);

/** What a file in `dist` was made from. */
const sourceOf = (file) => file.replace(/^dist\//, 'src/').replace(/(\.d)?\.([mc]?)[jt]s(\.map)?$/, '.$2ts');

const problems = [];
for (const required of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
  if (!packed.includes(required)) problems.push(`${required} is missing: add it, or name it in "files"`);
}
for (const file of packed) {
  if (/\.(spec|test-d)\.|\.tsbuildinfo$|^test\/|(^|\/)out-tsc\//.test(file)) {
    problems.push(`${file} must not be packed: exclude it in "files"`);
  } else if (file.startsWith('dist/')) {
    if (!existsSync(sourceOf(file)))
      problems.push(`${file} has no ${sourceOf(file)} any more: npm run clean`);
  }
}
if (existsSync('LICENSE') && readFileSync('LICENSE', 'utf8') !== readFileSync('../../LICENSE', 'utf8')) {
  problems.push("LICENSE is not the repository's: copy it again");
}

/** An editor and a debugger go to the sources that the maps name. */
for (const map of packed.filter((file) => file.endsWith('.map'))) {
  const { sources, sourcesContent } = JSON.parse(readFileSync(map, 'utf8'));
  const missing = sources.filter(
    (source, i) => sourcesContent?.[i] == null && !packed.includes(posix.join(posix.dirname(map), source)),
  );
  if (missing.length > 0)
    problems.push(`${map} names ${missing[0]}, which is not packed: name it in "files"`);
}
const limit = LIMITS[name];
if (limit === undefined) problems.push(`Say in tools/workspace/packed-files.mjs what ${name} may weigh`);
else if (size > limit * 1_000)
  problems.push(`The packed package weighs ${Math.ceil(size / 1_000)} KB, more than the ${limit} KB it may`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${packed.length} files would be packed, ${Math.ceil(size / 1_000)} KB of ${limit}`);
