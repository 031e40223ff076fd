import assert from 'node:assert/strict';
import type { Group } from './group';

/** The shape of the adapter, what it declares, and how it checks queries. */
export const contract: Group = ({ describe, it }, bench, subject) => {
  describe('contract', () => {
    it('has the shape and the version of the contract, and declares what is tested', async () => {
      const adapter = bench.adapter();
      assert.equal(adapter.contractVersion, 1);
      assert.equal(adapter.name, subject.name);
      assert.match(adapter.name, /^[A-Za-z][A-Za-z0-9-]*$/);
      assert.deepEqual({ ...adapter.capabilities }, { ...subject.capabilities });
      assert.equal(typeof adapter.load, 'function');
      assert.equal(typeof adapter.classify, 'function');
      assert.equal(adapter.querySchema['~standard'].version, 1);
    });

    it('has what its capabilities need', async () => {
      const { watch = false } = subject.capabilities;
      assert.equal(
        bench.adapter().waitForHint !== undefined,
        watch,
        'waitForHint is there if and only if watch is',
      );
    });

    it('takes its own queries as they are, also when they have been through JSON', async () => {
      const { query, conditionalQuery, incremental, partial, watch } = bench.upstream;
      const { validate } = bench.adapter().querySchema['~standard'];
      for (const valid of [query, conditionalQuery, incremental?.query, partial?.query, watch?.query]) {
        if (valid === undefined) continue;
        const travelled = JSON.parse(JSON.stringify(valid)) as unknown;
        assert.deepEqual((await validate(travelled)).issues, undefined);
      }
    });

    it('refuses queries that do not fit, and names the field', async () => {
      const { invalidQueries } = bench.upstream;
      const { validate } = bench.adapter().querySchema['~standard'];
      assert.ok(invalidQueries.length > 0, 'the upstream names no invalid query');
      for (const [query, field] of [[undefined, ''], ['text', ''], ...invalidQueries] as const) {
        const { issues = [] } = await validate(query);
        assert.ok(issues.length > 0, `it takes ${JSON.stringify(query)}`);
        const named = issues.map(({ path = [], message }) => `${path.map(keyOf).join('.')} ${message}`);
        assert.ok(named.join('\n').includes(field), `${named.join('; ')} does not name "${field}"`);
      }
    });

    it('classifies whatever it is given', async () => {
      const adapter = bench.adapter();
      const circular = new Error('unknown');
      circular.cause = circular;
      for (const unknown of [undefined, null, 'text', 7, {}, circular, Object.create(null)]) {
        const { kind, message } = adapter.classify(unknown);
        assert.equal(kind, 'fatal');
        assert.ok(message.length > 0);
      }
    });
  });
};

const keyOf = (key: unknown): string =>
  String(typeof key === 'object' && key !== null && 'key' in key ? key.key : key);
