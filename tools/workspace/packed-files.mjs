// Part of `package-check`, run in a package's directory: what `npm pack` would put into the package is what a user
// needs, built from sources that exist, and nothing else.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const [{ files }] = JSON.parse(
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

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${packed.length} files would be packed`);
