import { describe, expect, it } from 'vitest';
import { adapter, api, failure, loadContext, readAll } from './support';

const prototypes = (): unknown =>
  [Object.prototype, Object, Array.prototype, Function.prototype].map((each) => Reflect.ownKeys(each));

describe.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
  'the name %s in an answer',
  (key) => {
    const item = `{"id":"t_1",${JSON.stringify(key)}:{"points":25},"deep":{${JSON.stringify(key)}:{"p":1}}}`;

    it('is a field of a record like any other, and changes no prototype', async () => {
      const before = prototypes();
      const origin = await api((app) =>
        app.get('/items', (_, reply) => reply.type('application/json').send(`[${item}]`)),
      );
      const pages = await readAll(
        adapter({ origins: [origin] }),
        { path: '/items' },
        loadContext({ apiUrl: origin }),
      );
      const records = pages.flatMap((page) => page.records);
      expect(JSON.stringify(records)).toBe(`[${item}]`);
      expect(prototypes()).toEqual(before);
      expect({}).not.toHaveProperty('points');
      expect({}).not.toHaveProperty('p');
    });

    it('leads to what the answer holds there, and never to what every object has', async () => {
      const origin = await api((app) =>
        app.get('/items', (_, reply) => reply.type('application/json').send('{"other":[]}')),
      );
      for (const items of [key, `${key}.prototype`, `other.${key}`]) {
        const error = await failure(
          adapter({ origins: [origin] }),
          { path: '/items', items },
          loadContext({ apiUrl: origin }),
        );
        expect(error.message).toContain(items);
        expect(error.message).toContain('nothing');
      }
    });
  },
);
