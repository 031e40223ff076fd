import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../contract/secret';
import { customSecrets, type CustomSecret } from './custom-secrets';

const origins = ['https://crm.example.com/'];

describe('customSecrets()', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  const counting = (options: { cacheMs?: number; maxCached?: number } = {}) => {
    const asked: string[] = [];
    const provider = customSecrets({
      name: 'vault',
      get: async (name) => {
        asked.push(name);
        return name === 'NONE' ? undefined : { value: `${name}-${asked.length}`, origins };
      },
      ...options,
    });
    const get = async (name: string): Promise<string | undefined> =>
      (await provider.get(name))?.secret.reveal();
    return { asked, provider, get };
  };

  it('uses what it gave again for a short time', async () => {
    const { asked, get } = counting();
    expect([await get('A'), await get('A')]).toEqual(['A-1', 'A-1']);
    vi.advanceTimersByTime(5_001);
    expect(await get('A')).toBe('A-2');
    expect(asked).toEqual(['A', 'A']);
  });

  it('asks anew once an API has refused the secret', async () => {
    const { get, provider } = counting();
    expect(await get('A')).toBe('A-1');
    provider.forget?.('A');
    expect(await get('A')).toBe('A-2');
  });

  it('does not keep what was refused while it was on its way', async () => {
    const answers: ((secret: CustomSecret) => void)[] = [];
    const provider = customSecrets({
      name: 'vault',
      get: () => new Promise((resolve) => answers.push(resolve)),
    });
    const first = provider.get('A');
    provider.forget?.('A');
    const second = provider.get('A');
    answers[0]?.({ value: 'old', origins });
    answers[1]?.({ value: 'new', origins });
    expect([(await first)?.secret.reveal(), (await second)?.secret.reveal()]).toEqual(['old', 'new']);
    expect((await provider.get('A'))?.secret.reveal()).toBe('new');
    expect(answers).toHaveLength(2);
  });

  it('asks once for attempts at the same time', async () => {
    const { asked, get } = counting({ cacheMs: 0 });
    expect(await Promise.all([get('A'), get('A'), get('B')])).toEqual(['A-1', 'A-1', 'B-2']);
    expect(await get('A')).toBe('A-3');
    expect(asked).toEqual(['A', 'B', 'A']);
  });

  it('keeps no more than its bound', async () => {
    const { asked, get } = counting({ maxCached: 2 });
    for (const name of ['A', 'B', 'C', 'A']) await get(name);
    expect(asked).toEqual(['A', 'B', 'C', 'A']);
  });

  it('keeps neither a miss nor a failure', async () => {
    const { asked, get } = counting();
    expect([await get('NONE'), await get('NONE')]).toEqual([undefined, undefined]);
    expect(asked).toHaveLength(2);
    let broken = true;
    const provider = customSecrets({
      name: 'vault',
      get: () => (broken ? Promise.reject(new Error('down')) : { value: new Secret('x'), origins }),
    });
    await expect(provider.get('A')).rejects.toThrow('down');
    broken = false;
    expect(await provider.get('A')).toMatchObject({ origins: ['https://crm.example.com'] });
  });

  it.each([{ cacheMs: -1 }, { cacheMs: 1.5 }, { maxCached: 0 }])('refuses %j', (options) =>
    expect(() => counting(options)).toThrow(/^(cacheMs|maxCached): is not a whole number/),
  );
});
