import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { cleanEnvironment } from '../packed/commands.mjs';
import { root } from '../packed/pack.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** A program of the README by its title, such as `worker.mjs`. */
export function block(title) {
  const [, , code] =
    new RegExp(`\`\`\`(js|ts) title=${title.replace('.', '\\.')}\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  if (code === undefined) throw new Error(`The README has no example "${title}" any more`);
  return code;
}

/** What the README's command starts, and with what. */
function startCommand() {
  const command = /temporal workflow start (.*?)```/s.exec(readme)?.[1] ?? '';
  const option = (name) => new RegExp(`--${name} (?:'([^']+)'|(\\S+))`).exec(command)?.slice(1).join('');
  return {
    type: option('type'),
    workflowId: option('workflow-id'),
    taskQueue: option('task-queue'),
    input: JSON.parse(option('input')),
  };
}

/** How long a worker may take to say what is waited for: it bundles, on a machine that may be slow. */
const PATIENCE = 120_000;

/**
 * Runs a worker, starts a workflow as the README says, changes the customer at the CRM, and sees that the worker tells of it.
 *
 * @param worker a script in `folder`, and what it prints of a customer before and after
 * @throws Error with what the worker wrote, where it does not, or where it does not end in good order
 */
export async function runExample(
  folder,
  { worker, cwd = '.', before, change, after },
  node,
  { temporal, crm },
) {
  const { type, workflowId, taskQueue, input } = startCommand();
  const restore = crm.customer('c_1');
  const process = startWorker(node.path, worker, {
    cwd: join(folder, cwd),
    env: cleanEnvironment({
      CRM_URL: crm.url,
      CRM_TOKEN: crm.issueToken(),
      TEMPORAL_ADDRESS: temporal.address,
    }),
  });
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const handle = await new Client({ connection }).workflow.start(type, {
      workflowId,
      taskQueue,
      args: [{ ...input, apiUrl: crm.url }],
    });
    try {
      await process.said(before);
      crm.patchCustomer('c_1', change);
      await process.said(after);
    } finally {
      await handle.terminate();
    }
    process.child.kill('SIGTERM');
    const [status] = await process.ended;
    if (status !== 0) throw new Error(`The worker ended with ${status}:\n${process.output()}`);
  } finally {
    process.child.kill('SIGKILL');
    crm.patchCustomer('c_1', { name: restore.name, plan: restore.plan });
    await connection.close();
  }
}

function startWorker(node, script, options) {
  const child = spawn(node, [script], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      child.emit('said');
    });
  /** Waits until it has printed something. @throws Error where it ends before, or takes too long */
  const said = (pattern) =>
    new Promise((resolve, reject) => {
      const fail = (how) => reject(new Error(`The worker ${how} and did not print ${pattern}:\n${output}`));
      const timer = setTimeout(fail, PATIENCE, `took ${PATIENCE / 1_000} s`);
      const look = () => {
        if (!pattern.test(output)) return;
        clearTimeout(timer);
        child.off('said', look);
        resolve();
      };
      child.on('said', look);
      look();
      void ended.then(() => fail('ended'));
    });
  return { child, ended, said, output: () => output };
}
