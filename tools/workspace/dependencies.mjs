// `npm run dependencies:write`: writes the table of runtime dependencies into SECURITY.md, from what is installed. With --check
// it says whether the table is as it should be; CI does that.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.cwd();
const manifest = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));

/** What each direct dependency is for. A new one has to be given a purpose here. */
const PURPOSE = {
  'postgres-array': 'reads arrays of Postgres',
  'pg-connection-string': 'reads connection strings of Postgres',
  '@graphql-typed-document-node/core': 'types of documents, no code',
  '@opentelemetry/api': 'spans, where you have tracing',
  '@clack/prompts': 'asks what a new project is to be',
  '@fastify/cors': 'lets the Temporal UI ask the codec server',
  '@standard-schema/spec': 'types of schemas, no code',
  '@temporalio/activity': "Temporal's SDK: activities",
  '@temporalio/client': "Temporal's SDK: client",
  '@temporalio/common': "Temporal's SDK: payloads, errors",
  '@temporalio/envconfig': 'connection settings of the Temporal CLI',
  '@temporalio/plugin': "Temporal's SDK: the plugin's base",
  '@temporalio/proto': "Temporal's SDK: how a payload is written before it is encrypted",
  '@temporalio/testing': "Temporal's SDK: the time-skipping server",
  '@temporalio/worker': "Temporal's SDK: worker",
  '@temporalio/workflow': "Temporal's SDK: workflows",
  axios: 'the HTTP driver of REST',
  commander: 'arguments of the commands',
  'csv-parse': 'reads CSV',
  fastify: 'the HTTP framework of the codec server and the console',
  graphql: 'parses and checks documents',
  'graphql-request': 'the driver of GraphQL',
  'ipaddr.js': 'reads addresses in every spelling',
  'lru-cache': 'bounds what is kept in memory',
  oauth4webapi: 'the grammar of OAuth 2.0',
  pg: 'the driver of Postgres',
  'pg-logical-replication': 'follows the log of Postgres',
  'proxy-from-env': 'reads proxy settings of the environment',
  'safe-stable-stringify': 'writes attributes of a log line that JSON cannot hold',
  standardwebhooks: 'checks the signatures of Standard Webhooks',
  zod: 'checks options and queries',
};

/** Where npm put a dependency that a package asks for. */
function find(name, from) {
  for (const base of [join(from, 'node_modules', name), join(root, 'node_modules', name)]) {
    try {
      return { path: base, ...manifest(base) };
    } catch {
      // the next place
    }
  }
  return undefined;
}

const rows = new Map();
for (const folder of readdirSync(join(root, 'packages')).toSorted()) {
  const path = join(root, 'packages', folder);
  const own = manifest(path);
  const wanted = { ...own.dependencies, ...own.peerDependencies };
  for (const name of Object.keys(wanted)) {
    if (name.startsWith('@stateful-workflow/') || name === 'stateful-workflow') continue;
    const found = find(name, path);
    if (found === undefined) throw new Error(`${name} of ${own.name} is not installed: npm ci`);
    const purpose = PURPOSE[name];
    if (purpose === undefined) throw new Error(`Say in tools/workspace/dependencies.mjs what ${name} is for`);
    const row = rows.get(name) ?? {
      name,
      version: found.version,
      licence: found.license,
      purpose,
      users: [],
    };
    row.scripts = ['preinstall', 'install', 'postinstall'].filter((script) => found.scripts?.[script]);
    row.users.push(folder);
    rows.set(name, row);
  }
}

const stale = Object.keys(PURPOSE).filter((name) => !rows.has(name));
if (stale.length > 0)
  throw new Error(`No package has ${stale.join(', ')}: take it out of tools/workspace/dependencies.mjs`);

const lines = [...rows.values()]
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map(
    ({ name, version, licence, purpose, scripts, users }) =>
      `| ${name} | ${version} | ${licence} | ${purpose} | ${users.join(', ')} | ${scripts.join(', ') || 'none'} |`,
  );
const table = [
  '| dependency | version | licence | purpose | used by | install scripts |',
  '| --- | --- | --- | --- | --- | --- |',
  ...lines,
];

const file = join(root, 'SECURITY.md');
const text = readFileSync(file, 'utf8');
const [start, end] = ['<!-- dependencies -->', '<!-- /dependencies -->'];
const before = text.slice(0, text.indexOf(start) + start.length);
const after = text.slice(text.indexOf(end));
const { format, resolveConfig } = await import('prettier');
const next = await format(`${before}\n\n${table.join('\n')}\n\n${after}`, {
  ...(await resolveConfig(file)),
  parser: 'markdown',
});
if (process.argv.includes('--check')) {
  if (next !== text) {
    console.error(
      'The dependencies in SECURITY.md are not those that are installed: npm run dependencies:write',
    );
    process.exit(1);
  }
} else writeFileSync(file, next);
