import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pages, ROOT } from './pages.js';

/** A part of the site's contents: a title and the pages of the repository that are in it, in the order of reading. */
export interface Part {
  readonly title: string;
  readonly pages: readonly (readonly [title: string, path: string])[];
}

const guide = (title: string, name: string) => [title, `docs/guide/${name}.md`] as const;

/** The packages by their names: what they are is on their own pages. */
const packages = () =>
  pages().flatMap(({ path }) => {
    const [, name = ''] = /^packages\/([^/]+)\/README\.md$/.exec(path) ?? [];
    return name === '' ? [] : [[name, path] as const];
  });

/** Decisions have a page of their own that lists them. */
const PARTS: readonly Part[] = [
  {
    title: 'Begin',
    pages: [
      ['Stateful Workflow', 'README.md'],
      guide('From a loop written by hand', 'from-hand-written'),
      guide('From chrono-forge', 'from-chrono-forge'),
    ],
  },
  {
    title: 'Workflows',
    pages: [
      guide('The workflow class', 'workflow-class'),
      guide('State', 'state'),
      guide('Refresh', 'refresh'),
      guide('Signals, activities, writing back', 'your-own'),
      guide('Hierarchy', 'hierarchy'),
      guide('Large states', 'large-states'),
      guide('Testing', 'testing'),
    ],
  },
  {
    title: 'Sources',
    pages: [
      guide('REST', 'rest'),
      guide('GraphQL', 'graphql'),
      guide('Postgres', 'postgres'),
      guide('An adapter of your own', 'custom-adapter'),
      guide('Credentials', 'credentials'),
      guide('Webhooks', 'webhooks'),
      guide('One look for a fleet', 'feed'),
    ],
  },
  {
    title: 'In production',
    pages: [
      guide('Running it', 'production'),
      ['What holds under which fault', 'docs/reliability.md'],
      guide('A fleet: which way for how many', 'fleet'),
      guide('What things cost', 'costs'),
      guide('Upgrades', 'upgrades'),
      guide('Finding workflows', 'listing'),
      guide('The console', 'console'),
      guide('Troubleshooting', 'troubleshooting'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      ['Errors by code', 'docs/reference/errors.md'],
      ['The wire contract', 'docs/reference/wire-contract.md'],
      ['What adapters support', 'docs/reference/adapters.md'],
      ['API', 'docs/reference/api/README.md'],
    ],
  },
  { title: 'Packages', pages: packages() },
  {
    title: 'The project',
    pages: [
      ['Changelog', 'CHANGELOG.md'],
      ['Contributing', 'CONTRIBUTING.md'],
      ['Security', 'SECURITY.md'],
      ['Architecture', 'docs/architecture.md'],
      ['Decisions', 'docs/decisions/README.md'],
      ['Benchmarks', 'tools/bench/README.md'],
      ['Chaos', 'tools/chaos/README.md'],
    ],
  },
];

/** What the site has at its side. The API reference is there once it is written. */
export const CONTENTS: readonly Part[] = PARTS.map(({ title, pages }) => ({
  title,
  pages: pages.filter(([, path]) => existsSync(join(ROOT, path))),
}));
