import { describe, expect, it } from 'vitest';
import { safeToken } from './safe-token';

describe('safeToken', () => {
  it('shows names and fingerprints, and nothing that is a secret or carries one', () => {
    expect(safeToken(null)).toBeUndefined();
    expect(safeToken({ reference: 'secret:CRM_TOKEN' })).toEqual({ reference: 'secret:CRM_TOKEN' });
    expect(safeToken({ reference: 'sealed:abcdefgh', fingerprint: '3fa9c1d2' })).toEqual({
      reference: 'sealed:...',
      fingerprint: '3fa9c1d2',
    });
    expect(safeToken({ reference: 'ghp_hunter2' })).toEqual({ reference: '(plaintext)' });
  });
});
