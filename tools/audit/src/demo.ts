import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Canary, newCanary } from './canary';
import type { Haystack } from './search';

/**
 * Runs the demo's tour with canaries as its secrets, on the audit's own Temporal server, so that its histories stay to be
 * searched.
 */
export async function runDemo(
  address: string,
  directory: string,
  progress: (line: string) => void,
): Promise<{ canaries: readonly Canary[]; texts: readonly Haystack[] }> {
  progress("the demo's tour");
  const canaries = [
    newCanary("demo's token"),
    newCanary("demo's next token"),
    newCanary("demo's database password"),
  ];
  const folder = join(directory, 'demo');
  await mkdir(folder);
  const [token = '', next = '', password = ''] = canaries.map(({ value }) => value);
  const main = resolve(__dirname, '../../../apps/demo/dist/main.js');
  const child = spawn(
    process.execPath,
    [main, '--tour', '--customers', '100', '--json', join(folder, 'tour.json')],
    {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: address,
        DEMO_LOGS: folder,
        DEMO_CRM_TOKEN: token,
        DEMO_CRM_TOKEN_NEXT: next,
        DEMO_BILLING_PASSWORD: password,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The demo's tour failed (exit ${code}):\n${output}`);
  return { canaries, texts: [{ where: 'what the demo wrote', text: output }] };
}
