import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { encryptionCodec, isEncryptionCodec } from './encryption-codec';
import { Keyring } from './keyring';

const [one, two] = [randomBytes(32), randomBytes(32)];
const keyring = new Keyring({ primary: 'one', keys: { one } });
const codec = encryptionCodec(keyring);
const here: SerializationContext = { type: 'workflow', namespace: 'default', workflowId: 'w' };
const elsewhere: SerializationContext = { ...here, namespace: 'other' };
const plain = defaultPayloadConverter.toPayload({ name: 'Ada' });
const values = (payloads: readonly Payload[]): unknown[] =>
  payloads.map((payload) => defaultPayloadConverter.fromPayload(payload));

describe('encryptionCodec()', () => {
  it('gives back what it was given, whatever that is', async () => {
    const payloads = [
      plain,
      defaultPayloadConverter.toPayload(new Uint8Array([1, 2, 3])),
      { metadata: {} },
      {},
    ];
    const encoded = await codec.encode(payloads, here);
    for (const { metadata } of encoded)
      expect(
        Object.fromEntries(
          Object.entries(metadata ?? {}).map(([key, text]) => [key, Buffer.from(text).toString()]),
        ),
      ).toEqual({
        encoding: 'binary/encrypted',
        'encryption-cipher': 'AES-256-GCM',
        'encryption-key-id': 'one',
        'encryption-namespace': 'default',
      });
    const decoded = await codec.decode(encoded, here);
    expect(values(decoded.slice(0, 2))).toEqual(values(payloads.slice(0, 2)));
    expect(await codec.decode(await codec.encode([], here), here)).toEqual([]);
  });

  it('shows nothing of what it encrypts, and the same never looks the same', async () => {
    const [first, second] = await codec.encode([plain, plain], here);
    expect(Buffer.from(first?.data ?? []).toString('latin1')).not.toContain('Ada');
    expect(first?.data).not.toEqual(second?.data);
  });

  it('reads what was written before it was switched on', async () => {
    expect(values(await codec.decode([plain], here))).toEqual([{ name: 'Ada' }]);
  });

  it('reads with an older key after a rotation, and writes with the new one', async () => {
    const rotated = encryptionCodec(new Keyring({ primary: 'two', keys: { one, two } }));
    expect(values(await rotated.decode(await codec.encode([plain], here), here))).toEqual([{ name: 'Ada' }]);
    await expect(codec.decode(await rotated.encode([plain], here), here)).rejects.toThrow(
      'encrypted with the key "two", which the keyring does not have',
    );
  });

  it('refuses a payload that was copied from another namespace', async () => {
    const encoded = await codec.encode([plain], elsewhere);
    await expect(codec.decode(encoded, here)).rejects.toThrow('encrypted for the namespace "other"');
    // A codec server that is told no namespace reads any.
    expect(values(await codec.decode(encoded))).toEqual([{ name: 'Ada' }]);
    expect(values(await encryptionCodec(keyring, { namespace: 'other' }).decode(encoded))).toEqual([
      { name: 'Ada' },
    ]);
  });

  it('refuses what was changed: the data, the key or the namespace that it names', async () => {
    const [encoded] = await codec.encode([plain], here);
    const forged = (change: Partial<Payload>): Payload => ({ ...encoded, ...change });
    const data = Uint8Array.from(encoded?.data ?? []);
    data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
    const moved = { ...encoded?.metadata, 'encryption-namespace': Buffer.from('other') };
    await expect(codec.decode([forged({ data })], here)).rejects.toThrow('does not open with the key "one"');
    await expect(codec.decode([forged({ metadata: moved })], elsewhere)).rejects.toThrow('does not open');
    await expect(codec.decode([forged({ data: new Uint8Array(3) })], here)).rejects.toThrow('does not open');
    const impostor = encryptionCodec(new Keyring({ primary: 'one', keys: { one: two } }));
    await expect(impostor.decode([forged({})], here)).rejects.toThrow('does not open');
  });

  it('knows its own', () => {
    expect(isEncryptionCodec(codec)).toBe(true);
    expect(isEncryptionCodec({ encode: async (p) => p, decode: async (p) => p })).toBe(false);
  });
});
