import { describe, expect, it } from 'vitest';
import { type Deed, plan } from './plan';
import { Random } from './random';
import { change, populate } from './script';
import { World } from './world';

const often = (seed: number, minutes: number, deed: Deed): number =>
  Object.values(plan(seed, minutes))
    .flat()
    .filter((planned) => planned.deed === deed).length;

describe('plan()', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(1, 3)).toEqual(plan(1, 3));
    expect(plan(1, 3)).not.toEqual(plan(2, 3));
  });

  it('breaks everything often enough in ten minutes, and once in however few', () => {
    expect(often(1, 10, 'kill')).toBeGreaterThanOrEqual(20);
    expect(often(1, 10, 'restart the server')).toBeGreaterThanOrEqual(3);
    expect(often(1, 10, 'restart Postgres')).toBeGreaterThanOrEqual(3);
    for (const deed of ['kill', 'deploy', 'restart the server', 'restart Postgres'] as const)
      expect(often(1, 0.3, deed), deed).toBe(1);
  });
});

describe('the script', () => {
  it('changes the same for the same seed', async () => {
    const after = async (seed: number): Promise<unknown> => {
      const world = new World();
      const random = new Random(seed, 'script');
      const consequences = { changed: () => undefined, store: () => Promise.resolve() };
      await populate(world, random, consequences);
      for (let i = 0; i < 500; i++) await change(world, random, consequences);
      return [world.expected, world.versions];
    };
    expect(await after(1)).toEqual(await after(1));
    expect(await after(1)).not.toEqual(await after(2));
  });
});
