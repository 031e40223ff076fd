import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@stateful-workflow/core';
import { build } from 'esbuild';
import type { Bench, Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';

/** The net; it is not exported. */
type Redact = (text: string, secrets: Iterable<Secret>) => string;

const MEGABYTE = 1 << 20;
/** What a text is made of, again and again. */
const TEXTS: Readonly<Record<string, string>> = {
  JSON: '{"id":12345,"name":"Ann Lee","url":"https:\\/\\/crm.example.com\\/a%20b","note":"first\\nsecond"},',
  'a log': '2026-11-30 08:00:00 GET /customers/42?page=2 answered 200 in 12 ms\n',
  prose: 'Nobody knows what stands here, and nobody has to. ',
  'percent-encoding': '%2F%41a',
  'escapes of JSON': '\\u0061',
  'characters in HTML': '&#97;',
  base64: 'c2VjcmV0LWtl',
  'hex with the beginning of the secret': '706173737',
  'other scripts': '顧客の名前%20と住所',
  'the beginning of the secret': 's3cret+pass/wor',
};
/** The credential is two secrets: as it is, and its password. */
const SECRETS = ['ann:s3cret+pass/word&81', 's3cret+pass/word&81'];
const WARM_UP = 3;
const COUNTED = 9;

/** How long the net takes to take secrets out of a text. */
export const redaction: Benchmark = {
  name: 'redaction',
  title: 'processor time to take a credential out of a megabyte of text, whatever the text is',
  unit: 'ms',
  bar: 50,
  better: 'lower',
  run: async (bench) => {
    const redact = await loadNet(bench);
    const secrets = SECRETS.map((value) => new Secret(value));
    const times = Object.entries(TEXTS).map(([name, part]) => {
      bench.progress(name);
      return { name, times: timesFor(redact, part, secrets) };
    });
    const middle = times.map((one) => ({ ...one, median: median(one.times) }));
    const slowest = middle.reduce((a, b) => (b.median > a.median ? b : a));
    const others = middle.map((one) => `${one.name} ${one.median.toFixed(1)}`);
    return {
      value: slowest.median,
      detail: `the slowest, ${slowest.name}: ${spread(slowest.times)}; ${others.join(', ')} ms`,
    };
  },
};

/** How long each round takes, in milliseconds of this process alone. */
function timesFor(redact: Redact, part: string, secrets: readonly Secret[]): readonly number[] {
  const filler = part.repeat(Math.ceil(MEGABYTE / part.length));
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + COUNTED; round++) {
    const at = (round * 104_729) % MEGABYTE;
    const text = `${filler.slice(0, at)} ${encodeURIComponent(SECRETS[0] ?? '')} ${filler.slice(at, MEGABYTE)}`;
    const started = process.cpuUsage();
    const clean = redact(text, secrets);
    const { user, system } = process.cpuUsage(started);
    if (!clean.includes('[secret]')) throw new Error(`The secret is still there, at ${at}`);
    if (round >= WARM_UP) times.push((user + system) / 1_000);
  }
  return times;
}

/** The net as core has it, bundled into a file of its own. */
async function loadNet(bench: Bench): Promise<Redact> {
  // Below this package, so that what core imports is found from here.
  const directory = await mkdtemp(join(__dirname, '..', 'net-'));
  bench.cleanUp('The bundled net', () => rm(directory, { recursive: true }));
  const outfile = join(directory, 'net.cjs');
  const contents = "export { redact } from './credentials/redact';";
  const stdin = { contents, resolveDir: join(__dirname, '../../../../packages/core/src') };
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs' });
  const { redact } = (await import(outfile)) as { readonly redact: Redact };
  return redact;
}
