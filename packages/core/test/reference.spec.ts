import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFinalStatus, checkRefresh, checkUpdate } from '../src/contract/payloads';
import { checkStart } from '../src/contract/start';
import { checkSubscription } from '../src/contract/subscription';
import { HANDLER_NAMES } from '../src/workflow/handlers';

describe('the page of the wire contract', () => {
  it.each(['signal', 'update', 'query'] as const)('names every %s that workflows answer', async (kind) => {
    const page = await readFile(join(__dirname, '../../../docs/reference/wire-contract.md'), 'utf8');
    const heading = { signal: '## Signals', update: '## Updates', query: '## Queries' }[kind];
    const section = page.slice(page.indexOf(heading) + heading.length).split('\n## ')[0] ?? '';
    const firstCells = [...section.matchAll(/^\| (`[^|]*`) +\|/gm)].map(([, cell]) => cell);
    const named = firstCells.flatMap((cell) =>
      [...(cell ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(named.toSorted()).toEqual(expect.arrayContaining([...HANDLER_NAMES[kind]].toSorted()));
  });
});

describe('what the page of the wire contract sends', () => {
  const page = readFileSync(join(__dirname, '../../../docs/reference/wire-contract.md'), 'utf8');
  const sent = (pattern: RegExp): [name: string, payload: unknown][] =>
    [...page.matchAll(pattern)].map(([, name = '', json = '']) => [name, JSON.parse(json)]);
  const start = 'start_workflow';
  const messages = [
    ...sent(/(start_workflow)\([^{]*(\{[^}]*\})/g),
    ...sent(/\.(?:signal|execute_update)\("(\w+)", (".*?"|\{.*\})\)+$/gm),
    ...sent(/temporal workflow (start) [^]*?--input '(.*)'/g).map(([, json]) => [start, json] as const),
    ...sent(/update execute .* --name (\w+) \\\n +--input '(.*)'/g),
  ];

  it('is as workflows take it', () => {
    const checks: Readonly<Record<string, (payload: unknown) => unknown>> = {
      [start]: (payload) => expect(checkStart(payload).dropped).toEqual([]),
      subscribe: checkSubscription,
      update: checkUpdate,
      refresh: checkRefresh,
      status: checkFinalStatus,
    };
    expect(messages.map(([name]) => name).toSorted()).toEqual([
      'refresh',
      start,
      start,
      'status',
      'subscribe',
      'update',
      'update',
    ]);
    for (const [name, payload] of messages) checks[name]?.(payload);
  });
});

describe('the page of errors', () => {
  const read = (path: string): string => readFileSync(join(__dirname, '../../..', path), 'utf8');
  const page = read('docs/reference/errors.md');
  const errors = 'packages/core/src/contract/errors.ts';
  const union = /export type ErrorCode =([^;]+);/.exec(read(errors))?.[1] ?? '';
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);

  it('has every code and no other', () => {
    const headings = [...page.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(20);
    expect(headings).toEqual(codes.toSorted());
  });

  it('has every kind of fault', () => {
    const kinds = [...page.matchAll(/^\| `fault\.(\w+)`/gm)].map(([, kind]) => kind);
    const type =
      /export type FaultKind =([^;]+);/.exec(read('packages/core/src/contract/adapter.ts'))?.[1] ?? '';
    expect(kinds.toSorted()).toEqual([...type.matchAll(/'(\w+)'/g)].map(([, kind]) => kind).toSorted());
  });

  it('has no code that nobody gives', () => {
    const sources = readdirSync(join(__dirname, '../..')).flatMap((name) =>
      readdirSync(join(__dirname, '../..', name, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((file) => /(?<!spec)\.ts$/.test(file))
        .map((file) => `packages/${name}/src/${file}`)
        .filter((file) => file !== errors),
    );
    const code = sources.map(read).join('\n');
    expect(codes.filter((each) => !code.includes(`'${each}'`))).toEqual([]);
  });
});
