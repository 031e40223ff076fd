// `npm run release -- 0.2.0`: gives all packages that version, which they share, dates the changelog, commits and tags.
// `npm run release -- --publish`: publishes what is built, in the CI of the tag, whose provenance npm records.
// With --dry-run either says what it would do, and does nothing; `npm run verify` does that.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { releasePublish, releaseVersion } from 'nx/release/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { publish: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, verbose: { type: 'boolean' } },
});
const dryRun = values['dry-run'] ?? false;
const quietly = { dryRun, verbose: values.verbose ?? false };

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const manifestsOf = (group) =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${group}/${name}/package.json`)
    .flatMap((file) => {
      try {
        return [{ file, manifest: JSON.parse(readFileSync(file, 'utf8')) }];
      } catch (error) {
        if (error.code === 'ENOENT') return [];
        throw error;
      }
    });

function refuse(message) {
  console.error(message);
  process.exit(1);
}

/** Private projects name the packages as well; Nx only sees to those that are published. */
function followInPrivate(version) {
  const published = manifestsOf('packages').map(({ manifest }) => manifest.name);
  for (const { file, manifest } of [...manifestsOf('apps'), ...manifestsOf('tools')]) {
    for (const wanted of [manifest.dependencies, manifest.devDependencies])
      for (const name of published) if (wanted?.[name] !== undefined) wanted[name] = `^${version}`;
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

async function version(next) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(next ?? '')) refuse('Say which version: npm run release -- 0.2.0');
  if (!dryRun && git('status', '--porcelain') !== '')
    refuse('There are changes that are not committed: a release is what is committed.');
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const [, news = ''] = /^## Unreleased\n(.*?)(?=^## |(?![^]))/ms.exec(changelog) ?? [];
  if (news.trim() === '') refuse('CHANGELOG.md says nothing under "Unreleased": what do users get?');

  if (!dryRun) followInPrivate(next);
  const { workspaceVersion } = await releaseVersion({
    ...quietly,
    specifier: next,
    gitCommit: false,
    gitTag: false,
    stageChanges: false,
  });
  if (workspaceVersion !== next) refuse(`The packages would not all have ${next}: ${workspaceVersion}`);
  if (dryRun) return;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    'CHANGELOG.md',
    changelog.replace('## Unreleased\n', `## Unreleased\n\n## ${next} (${date})\n`),
  );
  git('commit', '--all', '--message', `Release ${next}`);
  git('tag', '--annotate', `v${next}`, '--message', `Release ${next}`);
  console.log(`Push the commit and the tag v${next}; its CI publishes with: npm run release -- --publish`);
}

async function publish() {
  const unsourced = manifestsOf('packages').filter(({ manifest }) => manifest.repository === undefined);
  if (!dryRun && unsourced.length > 0)
    refuse(
      `npm records provenance only for a package that names its repository, and ${unsourced[0].file} names none: add "repository".`,
    );
  const results = await releasePublish(quietly);
  if (Object.values(results).some(({ code }) => code !== 0)) process.exit(1);
}

await (values.publish ? publish() : version(positionals[0]));
