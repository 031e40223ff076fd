import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { Checkpoint, DataSourceAdapter, Page } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { Secret } from '../contract/secret';
import { loadActivity } from './load-activity';
import { memorySnapshots } from './snapshots';

const ORIGIN = 'https://api.example.com';

const request: LoadRequest = {
  source: 'contacts',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} }),
  into: 'contacts',
  credential: 'secret:T',
};

/** Loads one page after another, each from the checkpoint of the load before. */
function loads() {
  const page: { next: Page } = { next: { records: [], complete: false } };
  const adapter: DataSourceAdapter = {
    name: 'partial',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, context) {
      await context.credential(ORIGIN);
      yield page.next;
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  const harness = {
    vault: {
      providers: [{ name: 'test', get: () => ({ secret: new Secret('tok_5ecret'), origins: [ORIGIN] }) }],
    },
    snapshots: memorySnapshots(),
    maxResultBytes: 1e6,
    maxLoadBytes: 1e6,
  };
  let checkpoint: Checkpoint | undefined;
  return async (next: Page): Promise<LoadResult> => {
    page.next = next;
    const environment = new MockActivityEnvironment({ startToCloseTimeoutMs: 60_000 });
    const result = await environment.run<
      [LoadRequest],
      LoadResult,
      (given: LoadRequest) => Promise<LoadResult>
    >(loadActivity(adapter, harness), { ...request, checkpoint });
    if (result.outcome !== 'part') checkpoint = result.checkpoint ?? checkpoint;
    return result;
  };
}

const record = { id: 'k_1', name: 'Ada' };
const partial = (message: string): Page => ({
  records: [record],
  complete: false,
  partialErrors: [{ message, path: 'contacts.1' }],
});

describe('a load that is not all', () => {
  it('is news once: the same again is unchanged, another is not', async () => {
    const load = loads();
    expect(await load(partial('no'))).toMatchObject({
      outcome: 'snapshot',
      partialErrors: [{ message: 'no', path: 'contacts.1' }],
    });
    expect(await load(partial('no'))).toEqual({ outcome: 'unchanged' });
    expect(await load(partial('still no'))).toMatchObject({ outcome: 'snapshot' });
    expect(await load({ ...partial('still no'), records: [{ ...record, name: 'Bea' }] })).toMatchObject({
      outcome: 'snapshot',
    });
  });

  it('without errors as well', async () => {
    const load = loads();
    const page: Page = { records: [record], complete: false };
    expect(await load(page)).toMatchObject({ outcome: 'snapshot' });
    expect(await load(page)).toEqual({ outcome: 'unchanged' });
  });

  it('does not hide a whole one before or after it', async () => {
    const load = loads();
    const whole: Page = { records: [record], complete: true };
    expect(await load(partial('no'))).toMatchObject({ outcome: 'snapshot', complete: false });
    expect(await load(whole)).toMatchObject({ outcome: 'snapshot', complete: true });
    expect(await load(whole)).toEqual({ outcome: 'unchanged' });
    expect(await load(partial('no'))).toMatchObject({ outcome: 'snapshot', complete: false });
  });

  it('tells of errors also where it brings nothing', async () => {
    const load = loads();
    const empty: Page = { records: [], complete: false, partialErrors: [{ message: 'no' }] };
    expect(await load(empty)).toMatchObject({ outcome: 'snapshot', partialErrors: [{ message: 'no' }] });
  });

  it('tells of ten errors at most, and of no secret', async () => {
    const partialErrors = Array.from({ length: 12 }, (_, n) => ({ message: `${n}: tok_5ecret was refused` }));
    const result = await loads()({ records: [], complete: false, partialErrors });
    expect(result).toHaveProperty('partialErrors.length', 11);
    expect(result).toHaveProperty('partialErrors.10', { message: 'and 2 more' });
    expect(JSON.stringify(result)).not.toContain('tok_5ecret');
  });
});
