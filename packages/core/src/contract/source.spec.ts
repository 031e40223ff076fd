import { describe, expect, it } from 'vitest';
import { defineSource } from './source';

describe('defineSource()', () => {
  it("keeps the adapter's query apart from what every source can say", () => {
    const source = defineSource(
      { adapter: 'rest', package: '@stateful-workflow/adapter-rest' },
      { path: '/x', params: { a: 1 }, into: 'contacts', credential: 'none', timeout: '5 seconds' },
    );
    expect(source.query).toEqual({ path: '/x', params: { a: 1 } });
    expect(source).toMatchObject({
      adapter: 'rest',
      package: '@stateful-workflow/adapter-rest',
      into: 'contacts',
      credential: 'none',
      timeout: '5 seconds',
    });
  });
});
