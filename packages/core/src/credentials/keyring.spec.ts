import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Keyring } from './keyring';

/** What only this package calls; its declarations do not name it. */
interface Derives {
  derive(id: string, purpose: string, namespace: string): Buffer;
}

describe('Keyring', () => {
  const bytes = randomBytes(32);
  const derived = (key: string | Uint8Array, purpose = 'p', namespace = 'n'): string =>
    (new Keyring({ primary: 'k', keys: { k: key } }) as unknown as Derives)
      .derive('k', purpose, namespace)
      .toString('hex');

  it('takes a key as bytes, in base64 and in hex', () => {
    const forms = [bytes, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
    expect(new Set(forms.map((form) => derived(form))).size).toBe(1);
  });

  it('derives another key for each purpose and namespace, and never the key itself', () => {
    const keys = [derived(bytes), derived(bytes, 'q'), derived(bytes, 'p', 'm'), bytes.toString('hex')];
    expect(new Set(keys).size).toBe(4);
  });

  it('prints as nothing', () => {
    const keyring = new Keyring({ primary: 'k', keys: { k: bytes } });
    for (const text of [
      inspect(keyring, { depth: 9, showHidden: true }),
      JSON.stringify({ keyring }),
      `${inspect({ keyring })}`,
    ])
      expect(text).not.toContain(bytes.toString('hex').slice(0, 8));
    expect(inspect(keyring)).toBe('[keyring]');
  });

  it.each([
    ['too short', { primary: 'k', keys: { k: 'c2hvcnQ=' } }, 'keyring.keys.k: is not a key of 32 bytes'],
    ['empty', { primary: 'k', keys: { k: '' } }, 'keyring.keys.k: is not a key of 32 bytes'],
    ['no key', { primary: 'k', keys: {} }, 'keyring.primary: is not the id of one of the keys'],
    ['a bad id', { primary: 'k k', keys: { 'k k': bytes } }, 'keyring.keys.k k: is not an id for a key'],
  ])('refuses a keyring with %s', (_, options, message) =>
    expect(() => new Keyring(options)).toThrow(message),
  );

  it('does not repeat a key that is none', () => {
    expect(() => new Keyring({ primary: 'k', keys: { k: 'almost-a-secret' } })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('almost') as string }),
    );
  });

  it('reads a file, and says what is wrong with one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'keyring-'));
    try {
      const file = join(directory, 'keyring.json');
      expect(() => Keyring.fromFile(file)).toThrow(/cannot be read \(ENOENT\)/);
      await writeFile(file, 'secret stuff');
      expect(() => Keyring.fromFile(file)).toThrow(/is not JSON/);
      expect(() => Keyring.fromFile(file)).not.toThrow(/secret stuff/);
      await writeFile(file, '{"primary":"k"}');
      expect(() => Keyring.fromFile(file)).toThrow(/lacks primary or keys/);
      await writeFile(file, JSON.stringify({ primary: 'k', keys: { k: bytes.toString('base64') } }));
      expect(Keyring.fromFile(file).has('k')).toBe(true);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
