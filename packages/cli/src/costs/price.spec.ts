import { describe, expect, it } from 'vitest';
import { priceOf } from './price';

describe('the list price', () => {
  it.each([
    [0, 0],
    [1e6, 50],
    // As Temporal's own example has it.
    [11.25e6, 525],
    [200e6, 250 + 225 + 400 + 1_050 + 1_500 + 2_500],
    [300e6, 250 + 225 + 400 + 1_050 + 1_500 + 5_000],
  ])('of %d Actions in a month is $%d', (actions, price) => {
    expect(priceOf({ actions, activeBytes: 0 }).actions).toBeCloseTo(price, 6);
  });

  it('of a gigabyte of open workflows for a month is that of 720 hours', () => {
    expect(priceOf({ actions: 0, activeBytes: 1e9 }).storage).toBeCloseTo(30.24, 6);
  });
});
