import { describe, expect, it } from 'vitest';
import { bench } from './support';

const prototypes = (): unknown =>
  [Object.prototype, Object, Array.prototype, Function.prototype].map((each) => Reflect.ownKeys(each));

describe.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
  'the name %s in a query and its answer',
  (key) => {
    const document = `{ ${key}: customer(id: "c_1") { id ${key}: boss { id ${key}: name } } }`;

    it('is a field like any other, and changes no prototype', async () => {
      const before = prototypes();
      const { desk, records } = await bench();
      const text = `{"data":{"${key}":{"id":"c_1","${key}":{"id":"b_1","${key}":"Bo"},"more":{"${key}":{"p":1}}}}}`;
      desk.behave({ body: { type: 'application/json', text } });
      const [record] = await records({ document, items: key });
      expect(JSON.stringify(record)).toBe(
        `{"id":"c_1","${key}":{"id":"b_1","${key}":"Bo"},"more":{"${key}":{"p":1}}}`,
      );
      expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
      expect(prototypes()).toEqual(before);
      expect({}).not.toHaveProperty('p');
    });

    it('is not found where the answer does not hold it', async () => {
      const { desk, records } = await bench();
      desk.behave({ body: { type: 'application/json', text: '{"data":{"customer":{"id":"c_1"}}}' } });
      expect(await records({ document: `{ customer(id: "c_1") { id ${key}: boss { id } } }` })).toEqual([
        { id: 'c_1' },
      ]);
    });
  },
);

describe('the type of a record', () => {
  it('is not put into a query where it is no name', async () => {
    const { desk, failure } = await bench();
    const type = 'Ticket { secret } } tokens: all { value } #';
    const comments = '{"nodes":[{"id":"x"}],"pageInfo":{"hasNextPage":true,"endCursor":"1"}}';
    desk.behave({
      body: {
        type: 'application/json',
        text: `{"data":{"tickets":[{"__typename":"${type}","id":"t_1","comments":${comments}}]}}`,
      },
    });
    const error = await failure({
      document:
        '{ tickets { __typename id comments(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } } }',
      items: 'tickets',
    });
    expect(error.message).toContain('cannot be asked for again');
    expect(desk.requests).toHaveLength(1);
  });
});
