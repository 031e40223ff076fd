import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret';

describe('Secret', () => {
  const secret = new Secret('the-value');

  it('cannot be printed by accident', () => {
    const printed = [
      String(secret),
      'token: ' + String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 5, showHidden: true }),
      Object.entries(secret).join(),
      new Error('failed', { cause: secret }).stack,
    ];
    for (const text of printed) expect(text).not.toContain('the-value');
    expect(String(secret)).toBe('[secret]');
  });

  it('gives its value to whoever asks for it', () => {
    expect(secret.reveal()).toBe('the-value');
  });
});
