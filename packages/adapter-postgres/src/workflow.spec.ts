import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { entity, postgres, postgresAs, sql } from './workflow';

describe('postgres', () => {
  it('parts the query from what every source can say', () => {
    const table = { name: 'invoices', key: 'id', where: { customer_id: entity.id } };
    const source = postgres({
      connection: 'billing',
      table,
      into: 'invoices',
      timeout: '10 s',
      credential: 'none',
    });
    expect(source).toMatchObject({
      adapter: 'postgres',
      package: '@stateful-workflow/adapter-postgres',
      into: 'invoices',
      timeout: '10 s',
      credential: 'none',
    });
    expect(source.query).toEqual({ connection: 'billing', table });
  });

  it('names another adapter with postgresAs', () => {
    const source = postgresAs('archive')({ connection: 'x', query: sql`SELECT ${1}` });
    expect(JSON.parse(JSON.stringify(source))).toMatchObject({
      adapter: 'archive',
      query: { query: { text: 'SELECT $1', values: [1] } },
    });
  });
});

describe('the workflow entry', () => {
  /** What a file and the files it imports require once compiled: types are gone by then. */
  function required(file: string, seen = new Set<string>()): Set<string> {
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    for (const [, name = ''] of outputText.matchAll(/require\("([^"]+)"\)/g)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const next = join(file, '..', `${name}.ts`);
      if (name.startsWith('.') && existsSync(next)) required(next, seen);
    }
    return seen;
  }

  it('brings nothing but core and the tag into the sandbox', () => {
    expect([...required(join(__dirname, 'workflow.ts'))]).toEqual([
      '@stateful-workflow/core/workflow',
      './sql',
    ]);
  });
});
