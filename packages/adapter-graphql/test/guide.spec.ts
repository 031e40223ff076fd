import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceDefinition } from '@stateful-workflow/core';
import * as graphqlPackage from 'graphql';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as worker from '../src/index';
import type { GraphqlQuery } from '../src/index';
import * as workflow from '../src/workflow';
import { bench } from './support';

/** What the blocks of the guide may import. */
const MODULES: Readonly<Record<string, unknown>> = {
  '@stateful-workflow/adapter-graphql': worker,
  '@stateful-workflow/adapter-graphql/workflow': workflow,
  graphql: graphqlPackage,
};

const text = readFileSync(join(__dirname, '../../../docs/guide/graphql.md'), 'utf8');
const blocks = [...text.matchAll(/```ts\n([^]*?)```(?:\s*```json\n([^]*?)```)?/g)].map(
  ([, code = '', json]) => ({
    code,
    name: /export (?:const |default)(\w*)/.exec(code)?.[1] || 'default',
    ...(json !== undefined && { records: JSON.parse(json) as unknown }),
  }),
);

/** Runs a block as a module. @returns what it exports */
function run(code: string): Readonly<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    reportDiagnostics: true,
  });
  const exports = {};
  const load = (name: string): unknown => {
    if (name in MODULES) return MODULES[name];
    throw new Error(`The guide imports ${name}, which its test does not know.`);
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code, which is to be run
  const run = new Function('exports', 'require', outputText) as (...given: unknown[]) => void;
  run(exports, load);
  return exports;
}

describe('docs/guide/graphql.md', () => {
  it.each(blocks.filter(({ records }) => records !== undefined))(
    'shows what $name gives',
    async ({ code, name, records }) => {
      const { load } = await bench({ customers: 2, ticketsPerCustomer: 3, commentsPerTicket: 3 });
      const { query } = run(code)[name] as SourceDefinition<GraphqlQuery>;
      // As it travels: through JSON, and through the check of the adapter.
      const travelled = JSON.parse(JSON.stringify(query)) as GraphqlQuery;
      const pages = await load(travelled);
      expect(pages.flatMap((page) => page.records)).toEqual(records);
      expect(pages.at(-1)?.complete).toBe(true);
    },
  );

  it.each(blocks.filter(({ records }) => records === undefined))('runs $name', async ({ code, name }) => {
    const given = run(code)[name];
    expect(given).toBeDefined();
    await (given as { readonly close?: () => Promise<void> }).close?.();
  });

  it('shows something for each field of a query', () => {
    for (const field of [
      'variables',
      'items',
      'pagination',
      'errorPolicy',
      'incremental',
      'persisted',
      'batch',
      'also',
    ])
      expect(text).toContain(field);
  });
});
