import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problems } from './one-home/checks';
import { ByTime } from './one-home/by-time';
import { type Found, search } from './one-home/search';
import type { Kind } from './one-home/schedule';
import { startSearchers, type Searchers } from './one-home/searchers';
import { Exchange } from '../../src/hierarchy/exchange';
import { type Member, type ProtocolClass, type Shape, SHAPES, World } from './one-home/world';
import { seed } from './seed';

/** How many schedules in all, as many of each shape: what a minute is enough for where two cores have other tests to run, too. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 15_000);
/** The same ones in every run; `FC_SEED=123` tries others. */
const SEED = process.env['FC_SEED'] === undefined ? 31 : seed;

const textOf = (found: Found | undefined): string | undefined =>
  found && [`schedule ${found.schedule}:`, found.text].join('\n');

describe(`one home for each entity, in ${SCHEDULES} schedules (FC_SEED=${SEED})`, () => {
  let searchers: Searchers;
  beforeAll(async () => {
    searchers = await startSearchers();
  });
  afterAll(() => searchers.stop());

  it.each(SHAPES.map(({ name }, shape) => ({ name, shape })))(
    '$name',
    { timeout: 600_000 },
    async ({ shape }) => {
      const schedules = Math.ceil(SCHEDULES / SHAPES.length);
      expect(textOf(await searchers.search({ shape, schedules, seed: SEED }))).toBeUndefined();
    },
  );
});

describe('what was wrong while writes were ordered by their times', () => {
  const [items] = SHAPES;
  const kinds: Kind[] = ['move', 'refresh', 'begin', 'send', 'arrive', 'process'];
  const BY_TIME = { shape: items, schedules: 20_000, seed: 1, kinds, protocol: ByTime } as const;

  it('finds that a sub which moves is lost', () => {
    const problem = /Item . has subs .* whose source alone gives/;
    const isWrong = (text: string): boolean => problem.test(text);
    expect(textOf(search({ ...BY_TIME, isWrong }))).toMatch(problem);
  });

  it('finds what nobody refers to', () => {
    const isWrong = (text: string): boolean => text.includes('is left over at');
    expect(textOf(search({ ...BY_TIME, isWrong }))).toContain('is left over at');
  });
});

describe('what was wrong while a workflow that was reset went on as if nothing had happened', () => {
  /** Says again by the same numbers what it has forgotten. */
  class Forgetful extends Exchange {
    override reset(): void {}
  }

  it('finds that what it says is left aside', () => {
    const [, parts] = SHAPES;
    const isWrong = (text: string): boolean => text.includes('at its home');
    const found = search({
      shape: parts as Shape,
      schedules: 20_000,
      seed: SEED,
      protocol: Forgetful,
      isWrong,
    });
    expect(textOf(found)).toContain('is reset');
  });
});

describe('what the workflows did', () => {
  const [items] = SHAPES;

  /** Both items have the sub, one is paused and goes. */
  function pausedByOne(protocol: ProtocolClass): World {
    const world = begun(items, protocol, ['a', 'b'], { a: ['s'], b: ['s'] });
    world.members.get('Item-a')?.exchange.pause(true);
    world.settle();
    setList(world, 'Shop-r', ['b']);
    world.settle();
    return world;
  }

  it('leaves a pause with whom it came from', () => {
    expect(problems(pausedByOne(Exchange))).toEqual([]);
    expect(problems(pausedByOne(ByTime))).toContain('Sub-s is paused by nobody');
  });

  /** A sub moves from one item to another, in this order. */
  function moved(protocol: ProtocolClass, order: readonly string[]): World {
    const world = begun(items, protocol, ['a', 'b'], { a: ['s'], b: [] });
    (world.upstreams.get('Item-a') as { list: string[] }).list = [];
    (world.upstreams.get('Item-b') as { list: string[] }).list = ['s'];
    for (const id of order)
      if (id === 'settle') world.settle();
      else world.refresh(world.members.get(id) as Member);
    world.settle();
    return world;
  }

  it.each([
    [['Item-a', 'Item-b']],
    [['Item-b', 'Item-a']],
    [['Item-a', 'settle', 'Item-b']],
    [['Item-b', 'settle', 'Item-a']],
  ])('moves a sub when they load in the order %s', (order) => {
    expect(problems(moved(Exchange, order))).toEqual([]);
  });

  it('lost it when the new parent saw it first', () => {
    const lost = moved(ByTime, ['Item-b', 'settle', 'Item-a']);
    expect(lost.members.get('Item-b')?.state.store.get('Item', 'b')).toMatchObject({ subs: [] });
  });
});

/** Shops that have these items, which have these subs, at rest. */
function begun(
  shape: Shape,
  protocol: ProtocolClass,
  list: string[],
  subs: Readonly<Record<string, string[]>>,
): World {
  const world = new World({ shape, protocol, isBegun: false, isHeard: !!shape.isHeard, mayReset: false });
  for (const [id, some] of Object.entries(subs)) setList(world, `Item-${id}`, some);
  setList(world, 'Shop-r', list);
  world.settle();
  return world;
}

/** A source gives another list, and its workflow loads it. */
function setList(world: World, id: string, list: string[]): void {
  (world.upstreams.get(id) as { list: string[] }).list = list;
  const member = world.members.get(id);
  if (member) world.refresh(member);
}
