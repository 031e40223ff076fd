import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startCrm } from '@stateful-workflow/dev-services';
import type {} from '@stateful-workflow/dev-services/vitest';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { startNode } from './support/demo-process';

const run = promisify(execFile);
const root = join(__dirname, '../../..');
const packages = ['core', 'http', 'adapter-rest'];

describe('the first example of the README', () => {
  let readme: string;
  let project: string;
  const block = (file: string): string =>
    new RegExp(`\`\`\`js title=${file.replace('.', '\\.')}\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? '';

  beforeAll(async () => {
    readme = await readFile(join(root, 'README.md'), 'utf8');
    project = await mkdtemp(join(tmpdir(), 'readme-test-'));
    for (const name of packages) await installPacked(name, project);
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  it('has at most 20 lines', () => {
    const lines = `${block('workflows.mjs')}${block('worker.mjs')}`.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it('works in an empty project with the packed packages', async () => {
    const crm = await startCrm({ customers: 1 });
    onTestFinished(() => crm.stop());
    for (const file of ['workflows.mjs', 'worker.mjs']) await writeFile(join(project, file), block(file));

    const worker = startNode(['worker.mjs'], {
      cwd: project,
      env: { CRM_URL: crm.url, CRM_TOKEN: crm.issueToken(), TEMPORAL_ADDRESS: inject('temporalAddress') },
    });
    await startAsTheReadmeSays(readme, crm.url);
    await worker.matches(/changed: .*Aldergate Logistics/s);
    crm.patchCustomer('c_1', { name: 'Aldergate Shipping' });
    await worker.matches(/changed: .*Aldergate Shipping/s);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  });
});

/** Starts the workflow with what the README's command line says. */
async function startAsTheReadmeSays(readme: string, crmUrl: string): Promise<void> {
  const command = /temporal workflow start (.*?)```/s.exec(readme)?.[1] ?? '';
  const option = (name: string): string =>
    new RegExp(`--${name} (?:'([^']+)'|(\\S+))`).exec(command)?.slice(1).join('') ?? '';
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  const input = JSON.parse(option('input')) as Record<string, string>;
  const handle = await new Client({ connection }).workflow.start(option('type'), {
    workflowId: option('workflow-id'),
    taskQueue: option('task-queue'),
    args: [{ ...input, apiUrl: crmUrl }],
  });
  onTestFinished(async () => void (await handle.terminate()));
}

/**
 * Installs a package as npm would from its tarball, without a network: what the package says that it needs is
 * linked to the workspace's copy, and nothing else can be found.
 */
async function installPacked(name: string, project: string): Promise<void> {
  const source = join(root, 'packages', name);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: source,
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  const target = join(project, 'node_modules/@stateful-workflow', name);
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(project, packed.filename), '-C', target, '--strip-components=1']);

  const manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (dependency.startsWith('@stateful-workflow/')) continue;
    const link = join(project, 'node_modules', dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', dependency), link, 'junction').catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
