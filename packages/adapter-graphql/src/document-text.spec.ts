import { InvalidInputError } from '@stateful-workflow/core';
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentText } from './document-text';
import { printDocument } from './print-document';

const EVERYTHING = `
  query Q($id: ID!, $n: [Int!] = [1, 2] @x, $o: In = { a: 1 }) @live {
    a: customer(id: $id, f: { a: "x\\n\\"", b: [], c: null, d: EN, e: true, g: 1.5, h: {} }) {
      ...F
      ... on T @include(if: $y) { z }
      ... @skip(if: false) { w(text: """block "quoted" text""") }
      tickets(first: 2) { nodes { id } }
    }
  }
  fragment F on Customer { name }
`;

describe('printDocument', () => {
  it('writes what parses to the same document, and in few bytes', () => {
    const document = parse(EVERYTHING);
    const text = printDocument(document);
    // Whether a text is written in quotes or as a block is no difference.
    expect(print(parse(text)).replace(/\s+/g, ' ')).toBe(
      print(document).replace('"""block "quoted" text"""', '"block \\"quoted\\" text"').replace(/\s+/g, ' '),
    );
    expect(text.length).toBeLessThan(print(document).length);
  });
});

describe('documentText', () => {
  class TypedDocumentString extends String {}

  it.each([
    ['text', '{ a }'],
    ['a query with strings and comments', 'query ($x: String = "}") { a(x: "{ mutation { ") } # }'],
    ['several queries', 'query A { a } query B { b }'],
    ['a field that is called mutation', '{ mutation subscription }'],
  ])('takes %s as it is', (_, text) => {
    expect(documentText(text)).toBe(text);
    expect(documentText(new TypedDocumentString(text))).toBe(text);
  });

  it('writes what is parsed', () => {
    expect(documentText(parse('query Q { a { b } }'))).toBe('query Q{a{b}}');
  });

  it.each([
    ['mutation { a }', /holds a mutation, and a source only reads/],
    ['query Q { a } mutation M { b }', /holds a mutation/],
    ['subscription S { a }', /holds a subscription/],
    ['{ a', /is no complete GraphQL query/],
    ['{ a }}', /has a \} too many/],
    ['{ a(x: [1) }', /has a \) too many/],
    ['', /is no complete GraphQL query/],
    ['fragment F on T { a }', /is no complete GraphQL query/],
    ['query Q', /is no complete GraphQL query/],
  ])('refuses %j', (text, message) => {
    expect(() => documentText(text)).toThrow(InvalidInputError);
    expect(() => documentText(text)).toThrow(message);
  });
});
