// The files of projects that the README does not have.

/**
 * The strictest settings that a user may have: as Temporal's samples, without `skipLibCheck`.
 *
 * @param module `node16`, as of the samples, or `nodenext`
 */
export const tsconfig = (module) => ({
  compilerOptions: {
    target: 'es2022',
    lib: ['es2021'],
    module,
    moduleResolution: module,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    declaration: true,
    rootDir: 'src',
    outDir: 'lib',
    types: ['node'],
  },
  include: ['src'],
});

/** Imports every entry of packages, so that their declarations are read. */
export function entriesOf(packages) {
  const entries = packages.flatMap(({ name, manifest }) =>
    Object.entries(manifest.exports)
      .filter(([, { types }]) => types !== undefined)
      .map(([entry]) => `${name}${entry.slice(1)}`),
  );
  return entries.map((entry, i) => `export * as entry${i} from '${entry}';\n`).join('');
}

/** The README's worker in TypeScript. @param workflowsPath the expression for where the workflows are */
export const workerOf = (
  workflowsPath,
) => `${workflowsPath.includes('import.meta') ? "import { fileURLToPath } from 'node:url';\n" : ''}import { restAdapter } from '@stateful-workflow/adapter-rest';
import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { NativeConnection, Worker } from '@temporalio/worker';

async function main(): Promise<void> {
  const origin = process.env['CRM_URL'] ?? '';
  const registry = createRegistry([restAdapter({ origins: [origin] })]);
  const secrets = [environmentSecrets({ CRM_TOKEN: { origins: [origin] } })];
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue: 'crm',
    workflowsPath: ${workflowsPath},
    plugins: [statefulWorkflow({ registry, secrets })],
  });
  await worker.run();
  await connection.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
`;

/** A pool of \`pg\`, with its types, fits where the Postgres adapter takes one. */
export const postgresPool = `import { postgresAdapter } from '@stateful-workflow/adapter-postgres';
import { Pool } from 'pg';

export const adapter = postgresAdapter({ connections: { billing: new Pool(), lazily: () => new Pool() } });
`;
