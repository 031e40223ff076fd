import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deskSchemaText } from '@stateful-workflow/dev-services';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { checkDocument } from './check-document';
import { readSchema } from './read-schema';

const schema = buildSchema(deskSchemaText);

describe('checkDocument', () => {
  it.each<[string, RegExp]>([
    ['{ a(', /is not GraphQL \(Syntax Error/],
    ['mutation { setStatus(id: "t", status: "x") { id } }', /holds a mutation/],
    ['{ a } subscription S { b }', /holds a subscription/],
    ['fragment F on T { a }', /has no operation/],
    ['query A { a } query B { b }', /has several operations \(A, B\).*operationName/],
    ['{ a(first: 5) { nodes { id } } }', /asks for a page of a and not whether there is more.*pageInfo/],
    ['{ a { b(first: 5) { edges { node { id } } pageInfo { hasNextPage } } } }', /page of a\.b/],
    [
      '{ a(last: 5, before: $x) { nodes { id } pageInfo { hasNextPage endCursor } } }',
      /pages backwards at a/,
    ],
  ])('refuses %s', (document, message) => {
    expect(() => checkDocument(document)).toThrow(message);
  });

  it('says where a document does not fit the schema', () => {
    expect(() => checkDocument('{\n  tickets { nodes { title } }\n}', { schema })).toThrow(
      /does not fit the schema \(line 2, column 21: Cannot query field "title" on type "Ticket"/,
    );
    expect(checkDocument('{ tickets { totalCount } }', { schema }).text).toBe('{ tickets { totalCount } }');
  });

  it('takes the operation that is meant, and what it needs', () => {
    const document = 'query A { a { ...F } } query B { b } fragment F on T { x }';
    const { text } = checkDocument(document, { operationName: 'A' });
    expect(text).toMatch(/query A[^]*fragment F/);
    expect(text).not.toContain('query B');
    expect(() => checkDocument(document, { operationName: 'C' })).toThrow(/has no operation "C"/);
  });

  it('is not lost in a fragment that is in itself', () => {
    expect(
      checkDocument('{ a { ...F } } fragment F on T { b ...F }').fields.get('a')?.children.has('b'),
    ).toBe(true);
  });

  it('sees connections in fragments, and what their next page is asked with', () => {
    const { fields } = checkDocument(`
      query ($c: String) { all: tickets(first: 2, after: $c) { ...P ... on TicketConnection { nodes { id } } } }
      fragment P on TicketConnection { pageInfo { hasNextPage } pageInfo { endCursor } }`);
    expect(fields.get('all')?.connection).toEqual({ style: 'nodes', after: 'c' });
  });
});

describe('readSchema', () => {
  const directory = mkdtempSync(join(tmpdir(), 'schema-'));
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    ['SDL', () => file('a.graphql', deskSchemaText)],
    ['an introspection result', () => file('b.json', JSON.stringify(introspectionFromSchema(schema)))],
    ['one in data', () => file('c.json', JSON.stringify({ data: introspectionFromSchema(schema) }))],
  ])('reads %s', (_, path) => {
    expect(readSchema(path()).getType('Ticket')).toBeDefined();
  });

  it.each([
    ['is not there', () => join(directory, 'none.graphql')],
    ['is no schema', () => file('d.graphql', 'type {')],
    ['is no JSON', () => file('e.json', '{')],
  ])('says of a file that it %s', (_, path) => {
    expect(() => readSchema(path())).toThrow(/schema: cannot be read from .*Give the path/);
  });
});
