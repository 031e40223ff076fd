import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { file, fileAs } from './workflow';

describe('file', () => {
  it('parts the query from what every source can say', () => {
    const source = file({
      path: 'customers.json',
      items: 'items',
      into: 'customers',
      timeout: '10 s',
    });
    expect(source).toMatchObject({
      adapter: 'file',
      package: '@stateful-workflow/adapter-file',
      into: 'customers',
      timeout: '10 s',
    });
    expect(source.query).toEqual({ path: 'customers.json', items: 'items' });
  });

  it('names another adapter with fileAs', () => {
    expect(fileAs('legacy')({ path: 'x.csv' })).toMatchObject({
      adapter: 'legacy',
      query: { path: 'x.csv' },
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

  it('brings nothing but core into the sandbox', () => {
    expect([...required(join(__dirname, 'workflow.ts'))]).toEqual(['@stateful-workflow/core/workflow']);
  });
});
