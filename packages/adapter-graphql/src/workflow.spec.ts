import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { graphql, graphqlAs } from './workflow';

describe('graphql', () => {
  it('parts the query from what every source can say', () => {
    const source = graphql({
      document: '{ tickets { id } }',
      items: 'tickets',
      into: 'tickets',
      credential: 'none',
      also: [{ document: '{ rateLimit { cost } }' }],
    });
    expect(source).toMatchObject({
      adapter: 'graphql',
      package: '@stateful-workflow/adapter-graphql',
      into: 'tickets',
      credential: 'none',
    });
    expect(source.query).toEqual({
      document: '{ tickets { id } }',
      items: 'tickets',
      also: [{ document: '{ rateLimit { cost } }' }],
    });
  });

  it('checks documents when the workflow is defined', () => {
    expect(() => graphql({ document: 'mutation { a }' })).toThrow(/document: holds a mutation/);
    expect(() => graphql({ document: '{ a }', also: [{ document: '{ b' }] })).toThrow(/no complete/);
  });

  it('names another adapter with graphqlAs', () => {
    expect(graphqlAs('shop')({ document: '{ a }' })).toMatchObject({ adapter: 'shop' });
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

  it('brings nothing but core into the sandbox, and no parser', () => {
    expect([...required(join(__dirname, 'workflow.ts'))].sort()).toEqual([
      './document-text',
      './print-document',
      '@stateful-workflow/core/workflow',
    ]);
  });
});
