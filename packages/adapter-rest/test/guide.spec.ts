import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as index from '../src/index';
import type { RestAdapter, RestQuery } from '../src/index';
import * as workflow from '../src/workflow';
import { guideApi, TOKEN } from './guide-api';
import { api, cleanup, failure, loadContext, readAll } from './support';

const root = join(__dirname, '../../..');
const guide = readFileSync(join(root, 'docs/guide/rest.md'), 'utf8');
const examples = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], i) => {
  const promise = /^\/\/ → (.*)$/m.exec(code)?.[1] ?? '';
  return { name: `${i + 1}: ${promise}`, code, promise };
});

/** What the guide leaves out. */
const SCOPE = { ...index, ...workflow, z };

/** Runs an example, with the origin of a server in place of those that it names. */
function run(code: string, origin: string): { adapter: RestAdapter; source: { query: RestQuery } } {
  const real = code
    .replaceAll('https://crm.example.com', origin)
    .replaceAll(/'https:\/\/login\.example\.com',\n/g, '');
  const { outputText } = ts.transpileModule(real.replaceAll('https://login.example.com', origin), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const load = createRequire(__filename);
  const require = (name: string): unknown => (name.startsWith('@stateful-workflow/') ? SCOPE : load(name));
  const made = `${outputText}\nreturn { source, adapter: typeof adapter === 'undefined' ? undefined : adapter };`;
  const names = Object.keys(SCOPE).filter((name) => !code.includes(`import { ${name} }`));
  const values = names.map((name) => SCOPE[name as keyof typeof SCOPE]);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the examples are ours
  const example = new Function('require', 'exports', ...names, made) as (
    ...args: unknown[]
  ) => ReturnType<typeof run>;
  const { source, adapter = index.restAdapter({ origins: [origin] }) } = example(require, {}, ...values);
  cleanup(() => adapter.close());
  return { source, adapter };
}

describe('the examples of the guide', () => {
  it.each(examples)('$name', async ({ code, promise }) => {
    const origin = await api(guideApi);
    const { adapter, source } = run(code, origin);
    const context = loadContext({ apiUrl: origin, token: TOKEN });
    const [, kind] = /^fails: (\w+)$/.exec(promise) ?? [];
    const [, count] = /^(\d+) records?$/.exec(promise) ?? [];
    if (kind !== undefined) {
      const error = await failure(adapter, source.query, context);
      expect(adapter.classify(error).kind).toBe(kind);
    } else {
      expect(count, 'an example says what it gives').toBeDefined();
      const pages = await readAll(adapter, source.query, context);
      expect(pages.flatMap(({ records }) => records)).toHaveLength(Number(count));
    }
  });
});
