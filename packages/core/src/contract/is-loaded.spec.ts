import { describe, expect, it } from 'vitest';
import { isLoaded } from './is-loaded';

describe('isLoaded', () => {
  it('says whether all of some fields are there', () => {
    const data: { name?: string | null; plan?: string } = { name: null };
    expect(isLoaded(data, 'name')).toBe(true);
    expect(isLoaded(data, 'name', 'plan')).toBe(false);
    expect(isLoaded(undefined)).toBe(false);
    expect(isLoaded(null)).toBe(false);
  });
});
