import type { EntityRef } from '../../../src/contract/adapter';
import type { Fields, Json } from '../../../src/contract/schema';
import { relationTarget, type EntitySchema } from '../../../src/contract/schema';
import { idsOf } from '../../../src/hierarchy/managed-path';
import { isOwn } from '../../../src/hierarchy/speech';
import { equalJson } from '../../../src/state/json';
import { keyOf } from '../../../src/state/refs';
import { schema } from './schema';
import { idOf, type Member, type World } from './world';

/** What hangs from an entity, not past those that have workflows or are above. */
function portionOf(
  { state, root }: Member,
  item: EntityRef,
  isElsewhere: (ref: EntityRef) => boolean,
): Map<string, EntityRef> {
  const found = new Map<string, EntityRef>();
  const visit = (ref: EntityRef): void => {
    if (found.has(keyOf(ref)) || (ref !== item && (keyOf(ref) === keyOf(root) || isElsewhere(ref)))) return;
    found.set(keyOf(ref), ref);
    const { relations = {} } = (schema[ref.name as keyof typeof schema] ?? {}) as EntitySchema;
    for (const [field, relation] of Object.entries(relations))
      for (const id of idsOf(state.store.get(ref.name, ref.id)?.[field]))
        visit({ name: relationTarget(relation), id });
  };
  visit(item);
  return found;
}

const textOf = (fields: Fields | undefined): string =>
  JSON.stringify(
    fields && Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );

/** What is wrong with a world at rest. */
export function problems(world: World): string[] {
  const found: string[] = [];
  for (const member of world.members.values()) {
    found.push(
      ...copies(world, member),
      ...leftovers(member),
      ...pauses(world, member),
      ...parents(world, member),
      ...own(world, member),
      ...given(world, member),
    );
    if (member.isDone) found.push(`${member.id} has no parent`);
  }
  found.push(...heard(world));
  return found;
}

/** Every copy equals its home. */
function copies(world: World, member: Member): string[] {
  const found: string[] = [];
  const { state, exchange } = member;
  const homes = new Map<string, { ref: EntityRef; fields: (Fields | undefined)[] }>();
  const isItem = (ref: EntityRef): boolean => !!exchange.childOf(ref);
  for (const item of member.items) {
    const child = world.members.get(idOf(item));
    const link = exchange.childOf(item);
    if (!child || link?.state !== 'joined') {
      found.push(`${idOf(item)} is ${link?.state ?? 'unknown'} to ${member.id}`);
      continue;
    }
    if (![...child.exchange.parents].includes(member.id))
      found.push(`${child.id} does not know ${member.id}`);
    if (world.shape.isMade) {
      found.push(...made(world, member, child, item));
      continue;
    }
    const isAbove = ({ name }: EntityRef): boolean => name === 'Shop';
    const here = portionOf(member, item, (ref) => isItem(ref) || isAbove(ref));
    const there = portionOf(child, child.root, isAbove);
    for (const key of new Set([...here.keys(), ...there.keys()])) {
      const ref = (here.get(key) ?? there.get(key)) as EntityRef;
      if (!here.has(key) || !there.has(key)) {
        found.push(`${key} hangs from ${idOf(item)} only at ${here.has(key) ? member.id : child.id}`);
        continue;
      }
      const home = homes.get(key) ?? { ref, fields: [] };
      home.fields.push(child.state.store.get(ref.name, ref.id));
      homes.set(key, home);
    }
  }
  for (const [key, { ref, fields }] of homes) {
    const held = state.store.get(ref.name, ref.id);
    if (fields.length === 1 ? textOf(held) !== textOf(fields[0]) : !isOneOf(held, fields))
      found.push(`${key} at ${member.id} is ${textOf(held)}, at its home ${fields.map(textOf).join(' or ')}`);
  }
  return found;
}

/** Where there are several homes, each field is as one of them says. */
const isOneOf = (held: Fields | undefined, homes: readonly (Fields | undefined)[]): boolean =>
  held
    ? Object.entries(held).every(([field, value]) => homes.some((home) => equalJson(home?.[field], value)))
    : homes.includes(undefined);

/** What is made of an item arrives, and what the child wrote by itself. */
function made(world: World, parent: Member, child: Member, item: EntityRef): string[] {
  const there = child.state.store.get(child.root.name, child.root.id);
  const here = parent.state.store.get(item.name, item.id) ?? {};
  const found: string[] = [];
  const label = world.make(here, item.id)['label'];
  if (there?.['label'] !== label)
    found.push(`${child.id} has another label than ${JSON.stringify(label)}: ${textOf(there)}`);
  const written = there?.['note'];
  if (written !== undefined && here['note'] === undefined)
    found.push(`${parent.id} does not know the note of ${child.id}`);
  return found;
}

/** Nothing is left that nobody refers to and no source of the workflow gives. */
function leftovers(member: Member): string[] {
  const { state } = member;
  const kept = portionOf(member, member.root, () => false);
  for (const [source, view] of state.views)
    if (isOwn(source))
      for (const ref of view.refs())
        for (const [key, one] of portionOf(member, ref, () => false)) kept.set(key, one);
  return Object.entries(state.store.entities).flatMap(([name, some]) =>
    Object.keys(some)
      .filter((id) => !kept.has(keyOf({ name, id })))
      .map((id) => `${name} ${id} is left over at ${member.id}`),
  );
}

/** Whom a workflow takes for a parent has it for a child. */
function parents(world: World, { id, root, exchange }: Member): string[] {
  return [...exchange.parents]
    .filter((parent) => !world.members.get(parent)?.exchange.childOf(root))
    .map((parent) => `${id} takes ${parent} for a parent`);
}

/** Who is paused is paused by somebody. */
function pauses(world: World, member: Member): string[] {
  const isPaused =
    member.pausedByClient ||
    [...member.exchange.parents].some((id) => world.members.get(id)?.exchange.pauses.isPaused);
  const is = member.exchange.pauses.isPaused;
  return is === isPaused ? [] : [`${member.id} is ${is ? 'paused by nobody' : 'not paused'}`];
}

/** What nobody but one source ever gave is as that source gives it. */
function own(world: World, member: Member): string[] {
  if (world.shape.isMade) return [];
  const found: string[] = [];
  const tree = portionOf(member, member.root, () => false);
  for (const [name, some] of Object.entries(world.contentOf(member) ?? {}))
    for (const [id, fields] of Object.entries(some)) {
      if (!tree.has(keyOf({ name, id }))) continue;
      for (const [field, value] of Object.entries(fields)) {
        const origins = world.origins.get(`${name}:${id}:${field}`);
        const held = member.state.store.get(name, id)?.[field];
        if (origins?.size === 1 && !equalJson(held, value))
          found.push(
            `${name} ${id} has ${field} ${JSON.stringify(held)} at ${member.id}, whose source alone gives ${JSON.stringify(value)}`,
          );
      }
    }
  return found;
}

/** What no client wrote is as one of the sources gives it that say something to the home, where there is one. */
function given(world: World, member: Member): string[] {
  // Of what another home had decided nobody knows what a source gave.
  if (world.shape.isMade || world.ended.has(member.id)) return [];
  const found: string[] = [];
  const elsewhere = new Set(member.items.flatMap((item) => [...portionOf(member, item, () => false).keys()]));
  for (const ref of portionOf(member, member.root, ({ name }) => name === 'Shop').values()) {
    const { name, id } = ref;
    const isShared = ref !== member.root && (world.hungFrom.get(id)?.size ?? 0) > 1;
    if (isShared || elsewhere.has(keyOf(ref))) continue;
    for (const [field, values] of givenOf(world, member, ref)) {
      if (world.origins.get(`${name}:${id}:${field}`)?.has('client')) continue;
      const held = member.state.store.get(name, id)?.[field];
      if (!values.some((value) => equalJson(held, value)))
        found.push(
          `${name} ${id} has ${field} ${JSON.stringify(held)} at ${member.id}, and the sources give ${JSON.stringify(values)}`,
        );
    }
  }
  return found;
}

/** The values that a workflow's source and those above it give the fields of an entity. */
function givenOf(world: World, member: Member, ref: EntityRef): Map<string, Json[]> {
  const values = new Map<string, Json[]>();
  const from = new Set([member]);
  for (const one of from)
    for (const id of one.exchange.parents) {
      const parent = world.members.get(id);
      if (parent && portionOf(parent, member.root, () => false).has(keyOf(ref))) from.add(parent);
    }
  for (const one of from)
    for (const [field, value] of Object.entries(world.contentOf(one)?.[ref.name]?.[ref.id] ?? {}))
      values.set(field, [...(values.get(field) ?? []), value]);
  return values;
}

/** Who is subscribed has what it was told, and what it tells comes back to nobody. */
function heard(world: World): string[] {
  const shop = world.members.get(`Shop-${world.shape.shops[0]}`);
  if (!shop?.channel) return [];
  const told = (name: string): string =>
    JSON.stringify(
      Object.entries(shop.state.store.entities[name] ?? {})
        .map(([id, fields]) => `${id} ${textOf(fields)}`)
        .toSorted(),
    );
  return world.listeners.flatMap(({ id, state, echoes }) => {
    const has = (name: string): string =>
      JSON.stringify(
        Object.entries(state.store.entities[name] ?? {})
          .map(([key, fields]) => `${key} ${textOf(fields)}`)
          .toSorted(),
      );
    return [
      ...echoes.map((echo) => `${id} is told what it told: ${echo}`),
      ...['Item', 'Sub']
        .filter((name) => told(name) !== has(name))
        .map((name) => `${id} has ${name} ${has(name)}, ${shop.id} ${told(name)}`),
    ];
  });
}
