import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Versions = Readonly<Record<string, string>>;

/** The version that our packages share: that of core, which is a neighbour of this. */
export function ownVersion(): string {
  const manifest = readFileSync(join(__dirname, '../../../packages/core/package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** What a project with a workflow depends on, and what it is tested with. */
export function versions(): readonly [dependencies: Versions, devDependencies: Versions] {
  const own = `^${ownVersion()}`;
  return [
    {
      '@stateful-workflow/adapter-rest': own,
      '@stateful-workflow/core': own,
      '@temporalio/workflow': '^1.24.0',
    },
    { '@stateful-workflow/testing': own, '@temporalio/testing': '^1.24.0' },
  ];
}
