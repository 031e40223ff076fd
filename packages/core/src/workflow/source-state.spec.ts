import { describe, expect, it } from 'vitest';
import type { WholeResult } from '../contract/load';
import { SourceState } from './source-state';

const partialErrors = [{ message: 'no subject', path: 'tickets.1.subject' }];
const snapshot = (more: object): WholeResult => ({
  outcome: 'snapshot',
  entities: {},
  complete: false,
  checkpoint: {},
  ...more,
});

describe('partial errors of a source', () => {
  const state = (): SourceState =>
    new SourceState('tickets', { adapter: 'graphql', package: 'p', query: {} }, 'tickets');

  it('show as long as the source gives the same part', () => {
    const source = state();
    source.succeeded(snapshot({ partialErrors, checkpoint: { part: 'p' } }), 1, true);
    expect(source.info.partialErrors).toEqual(partialErrors);
    source.succeeded({ outcome: 'unchanged' }, 2, false);
    expect(source.info.partialErrors).toEqual(partialErrors);
  });

  it.each<readonly [string, WholeResult]>([
    ['a whole load', snapshot({ complete: true, checkpoint: { digest: 'd' } })],
    ['a load that has nothing new', { outcome: 'unchanged', checkpoint: { cursor: 1 } }],
    ['a change', { outcome: 'delta', changes: {}, checkpoint: { digest: 'd' } }],
  ])('go with %s', (_, result) => {
    const source = state();
    source.succeeded(snapshot({ partialErrors, checkpoint: { part: 'p' } }), 1, true);
    source.succeeded(result, 2, false);
    expect(source.info.partialErrors).toBeUndefined();
  });
});
