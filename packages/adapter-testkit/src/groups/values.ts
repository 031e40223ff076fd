import assert from 'node:assert/strict';
import type { Group } from './group';

/** Numbers that JavaScript rounds, in whole, in part, and not at all. */
const NUMBERS = [
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '1234567890.12345678',
  '0.1234567890123456789',
  '12345678901234567890123456789012345678',
  '-0.000001',
  '42',
  '1.5',
];

/** Values, which arrive as they are. */
export const values: Group = ({ describe, it }, bench) => {
  describe('values', () => {
    it('that are numbers lose no digit: those that would are text', async () => {
      const { numbers } = bench.upstream;
      if (numbers === undefined) return;
      await numbers.put(NUMBERS);
      const { records } = await bench.load(bench.adapter(), numbers.query);
      const given = records.map((record) => (record as { number?: unknown }).number);
      assert.deepEqual(given.map(String), NUMBERS);
    });
  });
};
