import type { Fields } from '../../../src/contract/schema';
import { idsOf } from '../../../src/hierarchy/managed-path';
import { problems } from './checks';
import { ITEMS, idOf, type Member, type Setting, SUBS, World } from './world';

/** What can happen, and how often it does beside the others. */
const WEIGHTS = {
  move: 8,
  value: 4,
  refresh: 12,
  write: 5,
  list: 4,
  remove: 2,
  begin: 7,
  send: 16,
  arrive: 14,
  process: 14,
  double: 3,
  cut: 2,
  note: 2,
  reset: 2,
  terminate: 1,
  hear: 2,
  pause: 2,
  start: 1,
  feed: 4,
  listen: 3,
} as const;

export type Kind = keyof typeof WEIGHTS;

/** Something that happens: what, and numbers that say to whom and how. */
export type Step = readonly [kind: Kind, who: number, what: number, how: number];

/** Each kind of step as often as it is to be drawn. */
export const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
  Array<Kind>(weight).fill(kind as Kind),
);

/** Pseudo-random numbers below a limit. */
export type Random = (limit: number) => number;

/** @param seed also neighbours have nothing in common */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/**
 * Draws steps until so many have done something: who draws notes those.
 *
 * @param done the steps so far that did something
 */
export function* drawn(
  random: Random,
  kinds: readonly Kind[],
  length: number,
  done: readonly Step[],
): IterableIterator<Step> {
  for (let draws = 0; done.length < length && draws < 50 * length; draws++)
    yield [pick(kinds, random(1024)), random(1024), random(1024), random(1024)];
}

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;

/** @returns what happened, in words; nothing when there was nothing to do */
export function live(world: World, [kind, who, what, how]: Step, value: number): string | undefined {
  const members = [...world.members.values()];
  if (members.length === 0) return undefined;
  const member = pick(members, who);
  switch (kind) {
    case 'move': {
      const at = pick(
        [...world.upstreams.keys()].filter((name) => !name.startsWith('Sub')),
        who,
      );
      const source = world.upstreams.get(at);
      if (!source) return undefined;
      const isShop = at.startsWith('Shop');
      if (isShop && world.shape.shopGivesSubs && how % 2) {
        const item = pick(ITEMS, what);
        source.lists.set(item, toggled(source.lists.get(item) ?? [], pick(SUBS, how >> 1)));
        return `at the source of ${at}, ${item} has ${source.lists.get(item)?.join()}`;
      }
      source.list = toggled(source.list, pick(isShop ? ITEMS : SUBS, what));
      return `the source of ${at} gives ${source.list.join()}`;
    }
    case 'value': {
      const at = pick([...world.upstreams.keys()], who);
      const of = at.startsWith('Sub') ? at.slice(4) : pick([...ITEMS, ...SUBS, 'mood'], what);
      world.upstreams.get(at)?.values.set(of, value);
      return `the source of ${at} has ${of} = ${value}`;
    }
    case 'refresh':
      world.refresh(member);
      return `${member.id} loads`;
    case 'write': {
      const held = refsIn(member);
      if (held.length === 0) return undefined;
      const ref = pick(held, what);
      // What is made of an item is not said back to the child that wrote it.
      const field = pick(world.shape.isMade ? ['note'] : ['note', 'note', 'title'], how);
      world.wrote(ref, field, `client`);
      const updates = { [ref.name]: { [ref.id]: { [field]: value } } };
      member.took(member.exchange.update({ entityName: ref.name, updates }));
      return `a client sets ${field} of ${idOf(ref)} to ${value} at ${member.id}`;
    }
    case 'list': {
      const items = refsIn(member).filter(({ name }) => name === 'Item');
      if (items.length === 0 || world.shape.isMade) return undefined;
      const ref = pick(items, what);
      const held = (member.state.store.get(ref.name, ref.id)?.['subs'] ?? []) as string[];
      const isPin = how % 3 === 0;
      const sub = pick(SUBS, how >> 2);
      if (!isPin && (how >> 5) % 2) {
        const done = { [held.includes(sub) ? 'remove' : 'add']: { subs: [sub] } };
        world.wrote(ref, 'subs', 'client');
        world.hangs(ref.id, [sub]);
        member.took(member.exchange.update({ entityName: 'Item', id: ref.id, ...done }));
        return `a client does ${JSON.stringify(done)} to ${idOf(ref)} at ${member.id}`;
      }
      const given: Fields = isPin
        ? { pin: pick(SUBS, how >> 2) }
        : { subs: toggled(held, pick(SUBS, how >> 2)) };
      world.wrote(ref, isPin ? 'pin' : 'subs', 'client');
      world.hangs(ref.id, Object.values(given).flatMap(idsOf));
      member.took(member.exchange.update({ entityName: 'Item', updates: { Item: { [ref.id]: given } } }));
      return `a client sets ${JSON.stringify(given)} of ${idOf(ref)} at ${member.id}`;
    }
    case 'remove': {
      const subs = refsIn(member).filter(({ name, id }) => name === 'Sub' && !member.state.isRoot(name, id));
      if (subs.length === 0) return undefined;
      const ref = pick(subs, what);
      for (const field of ['title', 'note', 'size', 'status']) world.wrote(ref, field, 'client');
      for (const id of ITEMS)
        for (const field of ['subs', 'more', 'pin']) world.wrote({ name: 'Item', id }, field, 'client');
      member.took(member.exchange.delete({ entityName: 'Sub', deletions: { Sub: [ref.id] } }));
      return `a client removes ${idOf(ref)} at ${member.id}`;
    }
    case 'begin': {
      const one = some(members, who, ({ toBegin, starts }) => toBegin.size + starts.size > 0);
      return one && world.begin(one) ? `${one.id} begins a child` : undefined;
    }
    case 'send': {
      for (let at = 0; at < members.length; at++) {
        const from = pick(members, who + at);
        const due = [...from.due];
        for (let i = 0; i < due.length; i++)
          if (world.send(from, pick(due, what + i))) return `${from.id} sends to ${pick(due, what + i)}`;
      }
      return undefined;
    }
    case 'arrive': {
      const ways = [...world.underWay.keys()];
      if (ways.length === 0) return undefined;
      const way = pick(ways, who);
      return world.arrive(way) ? `what is under way ${way} arrives` : undefined;
    }
    case 'process': {
      const one = some(members, who, ({ inbox }) => inbox.length > 0);
      return one && world.process(one) ? `${one.id} takes a message` : undefined;
    }
    case 'double': {
      if (world.arrived.length === 0) return undefined;
      const [to, message] = pick(world.arrived, what);
      const receiver = world.members.get(to);
      // One that comes after the end of its link would begin that again: so late no server delivers a signal twice.
      const isOver =
        receiver?.exchange.linkTo?.(message.from) !== message.link ||
        receiver.inbox.some((next) => next.do === 'leave' && next.from === message.from);
      if (message.do === 'join' && isOver) return undefined;
      receiver?.inbox.push(message);
      return `a ${message.do} from ${message.from} arrives at ${to} once more`;
    }
    case 'cut':
      world.cut(member, how % 2 === 0);
      return `${member.id} continues as new, what is under way ${how % 2 === 0 ? 'arrives' : 'is lost'}`;
    case 'note':
      return world.note(member) ? `${member.id} may be reset to this` : undefined;
    case 'reset': {
      const arrives = how % 2 === 0;
      if (!world.reset(member, arrives)) return undefined;
      return `${member.id} is reset, what is under way ${arrives ? 'arrives' : 'is lost'}`;
    }
    case 'terminate':
      world.terminate(member);
      return `${member.id} is terminated`;
    case 'hear':
      return world.hearGone(what) ? 'somebody hears that another is gone' : undefined;
    case 'start': {
      const id = pick([...ITEMS.map((one) => `Item-${one}`), ...SUBS.map((one) => `Sub-${one}`)], what);
      // Who is not listed lives on alone; where nobody starts it, there is none.
      if (id.startsWith('Sub') && !world.shape.hasSubs) return undefined;
      return world.startByClient(id) ? `a client starts ${id}` : undefined;
    }
    case 'feed': {
      const due = world.channels.filter(({ isDue }) => isDue);
      if (due.length === 0) return undefined;
      const { from, to } = pick(due, who);
      pick(due, who).step();
      return `what ${from} tells ${to.id} gets on`;
    }
    case 'listen': {
      const { listeners } = world;
      if (listeners.length === 0) return undefined;
      const one = pick(listeners, who);
      if (how % 7 === 0) {
        one.cut();
        return `${one.id} continues as new`;
      }
      if (how % 3 > 0 || one.heardOf.length === 0)
        return one.process() ? `${one.id} takes what it is told` : undefined;
      one.inbox.push(pick(one.heardOf, what));
      return `something is told ${one.id} once more`;
    }
    case 'pause': {
      // A client's resume ends the pauses of parents: then who pauses whom could not be told from outside.
      if (how % 2 && member.exchange.pauses.carry().byParents.length > 0) return undefined;
      member.pausedByClient = how % 2 === 0;
      member.exchange.pause(member.pausedByClient);
      return `a client ${member.pausedByClient ? 'pauses' : 'resumes'} ${member.id}`;
    }
  }
}

const refsIn = (member: Member): { name: string; id: string }[] =>
  Object.entries(member.state.store.entities).flatMap(([name, some]) =>
    Object.keys(some)
      .filter(() => name !== 'Shop' || member.root.name === 'Shop')
      .map((id) => ({ name, id })),
  );

/** The first of which something is true, from one on. */
function some<T>(from: readonly T[], index: number, is: (one: T) => boolean): T | undefined {
  for (let i = 0; i < from.length; i++) if (is(pick(from, index + i))) return pick(from, index + i);
  return undefined;
}

const toggled = (list: readonly string[], id: string): string[] =>
  list.includes(id) ? list.filter((one) => one !== id) : [...list, id];

/**
 * Runs a schedule, lets everything arrive, and looks.
 *
 * @param done takes the steps that did something
 * @param log takes what they did, in words
 * @returns what is wrong, if anything is
 */
export function trouble(
  setting: Setting,
  steps: Iterable<Step>,
  done: Step[] = [],
  log?: string[],
): string[] {
  const world = new World(setting);
  try {
    world.refreshAll();
    if (setting.isBegun) world.settle();
    for (const step of steps) {
      const what = live(world, step, done.length + 1);
      if (what === undefined) continue;
      done.push(step);
      log?.push(what);
    }
    world.settle();
    world.refreshAll();
    world.settle();
    return problems(world);
  } catch (error) {
    return [error instanceof Error ? (log ? (error.stack ?? '') : error.message) : String(error)];
  }
}

/** The fewest steps that are still wrong. */
export function shrunk(
  steps: readonly Step[],
  isWrong: (steps: readonly Step[]) => boolean,
): readonly Step[] {
  let least = steps;
  for (let size = Math.ceil(least.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < least.length;) {
      const fewer = [...least.slice(0, from), ...least.slice(from + size)];
      if (isWrong(fewer)) least = fewer;
      else from += size;
    }
  return least;
}
