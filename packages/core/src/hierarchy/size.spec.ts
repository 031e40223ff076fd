import { describe, expect, it } from 'vitest';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './size';

describe('the size of what is sent', () => {
  it('is that of its JSON', () => {
    expect(sizeOf({ a: 1 })).toBe('{"a":1}'.length);
  });

  it('is counted in bytes where it comes near to what Temporal takes', () => {
    const text = 'ä'.repeat(MOST_PAYLOAD / 2);
    expect(sizeOf(text)).toBe(MOST_PAYLOAD + 2);
    // A third of that cannot be too large, whatever it is written with.
    expect(sizeOf('ä'.repeat(1_000))).toBe(1_002);
  });

  it('says how large it is, what is taken, and what to do', () => {
    expect(tooLarge(2_000_000).message).toMatch(/2000000 bytes.*takes 1900000.*Hold less/);
  });
});
