import type { EntityRef } from '../contract/adapter';
import type { Entities, Fields, Json } from '../contract/schema';
import { at, equalJson, inner, own, setField, table } from './json';
import { getOrAdd } from './objects';

/** So many sets of fields are shared between entities that have the same. */
const MOST_SHAPES = 1_000;

/** What a source last gave of one entity. */
export interface Given {
  /** The fields it gave; shared between entities with the same fields. */
  readonly shape: readonly string[];
  /** When it last gave something new of the entity, in milliseconds. */
  readonly changedAt: number;
  /**
   * What the source gave where the state now differs, because somebody else wrote. Fields without an
   * entry here stand in the state as the source gave them.
   */
  readonly base?: Fields;
}

/** Entities that share their fields and the time of their last change. */
interface Group {
  readonly shape: readonly string[];
  readonly at: number;
  readonly ids: readonly string[];
}

/** A {@link SourceView} as it travels through continue-as-new. */
export interface CarriedView {
  readonly checkedAt: number;
  readonly given: { readonly [name: string]: readonly Group[] };
  readonly base?: Entities;
}

/**
 * What one source last gave, kept as the difference from the state: the fields it gave of each entity, and
 * its values where the state has others. That is what tells a change at the source from a change here,
 * whether a load brings everything or only what changed.
 */
export class SourceView {
  /** When the source was last looked at with success, in milliseconds; 0 before. */
  checkedAt = 0;
  readonly #given = new Map<string, Map<string, Given>>();
  readonly #shapes = new Map<string, readonly string[]>();
  #lastShape: readonly string[] = [];
  #last?: Given;

  /** How many entities the source gave. */
  get size(): number {
    let size = 0;
    for (const entities of this.#given.values()) size += entities.size;
    return size;
  }

  /** What is known of an entity that the source gave; nothing of others. */
  given(name: string, id: string): Given | undefined {
    return this.#given.get(name)?.get(id);
  }

  /** Every entity that the source gave. */
  *refs(): IterableIterator<EntityRef> {
    for (const [name, entities] of this.#given) for (const id of entities.keys()) yield { name, id };
  }

  /**
   * The fields that the source gave of an entity, as it gave them.
   *
   * @param held the entity in the state
   */
  fields(name: string, id: string, held: Fields | undefined): Fields | undefined {
    const given = this.given(name, id);
    return given && fieldsOf(given, held);
  }

  /**
   * Notes what the source gave now; it is about to stand in the state.
   *
   * @param base what will not
   */
  give(name: string, id: string, given: readonly string[], changedAt: number, base: Fields = {}): void {
    const shape = this.#shared(given);
    const entry = Object.keys(base).length > 0 ? { shape, changedAt, base } : this.#plain(shape, changedAt);
    getOrAdd(this.#given, name, () => new Map<string, Given>()).set(id, entry);
  }

  /** The source no longer gives the entity. */
  forget(name: string, id: string): void {
    this.#given.get(name)?.delete(id);
  }

  /** Somebody else changes the entity: keeps what the source gave where the state will differ. */
  keepBase(name: string, id: string, before: Fields | undefined, after: Fields | undefined): void {
    const given = this.given(name, id);
    if (!given) return;
    const base: Record<string, Json> = {};
    for (const field of given.shape) {
      const gave = valueOf(given, field, before);
      if (!equalJson(own(after, field), gave)) setField(base, field, gave);
    }
    this.give(name, id, given.shape, given.changedAt, base);
  }

  /** The view as plain JSON. */
  carry(): CarriedView {
    const given = table<Group[]>();
    const base = table<Record<string, Fields>>();
    for (const [name, entities] of this.#given) {
      const groups = new Map<string, Group & { readonly ids: string[] }>();
      for (const [id, { shape, changedAt: at, base: kept }] of entities) {
        getOrAdd(groups, JSON.stringify([at, shape]), () => ({ shape, at, ids: [] })).ids.push(id);
        if (kept) inner(base, name)[id] = kept;
      }
      given[name] = [...groups.values()];
    }
    return { checkedAt: this.checkedAt, given, base: Object.keys(base).length > 0 ? base : undefined };
  }

  /** A view from what {@link carry} gave. */
  static from(carried: CarriedView): SourceView {
    const view = new SourceView();
    view.checkedAt = carried.checkedAt;
    for (const [name, groups] of Object.entries(carried.given)) {
      for (const group of groups) {
        for (const id of group.ids) view.give(name, id, group.shape, group.at, at(carried.base, name, id));
      }
    }
    return view;
  }

  /** Of all that one load gave, most is given in the same way: they share what is known of that. */
  #plain(shape: readonly string[], changedAt: number): Given {
    const last = this.#last;
    if (last?.shape === shape && last.changedAt === changedAt) return last;
    return (this.#last = { shape, changedAt });
  }

  #shared(shape: readonly string[]): readonly string[] {
    // Neighbours mostly have the same fields: comparing is cheaper than making a key.
    if (equalJson(this.#lastShape, shape)) return this.#lastShape;
    // Records whose fields come and go leave ever more of them behind, and they serve to save memory.
    if (this.#shapes.size >= MOST_SHAPES) this.#shapes.clear();
    this.#lastShape = getOrAdd(this.#shapes, JSON.stringify(shape), () => shape);
    return this.#lastShape;
  }
}

function fieldsOf(given: Given, held: Fields | undefined): Fields {
  const { shape, base } = given;
  // Mostly nobody else wrote to the entity: then it is what the source gave.
  if (held && !base && Object.keys(held).length === shape.length) return held;
  const fields: Record<string, Json> = {};
  for (const field of shape) setField(fields, field, valueOf(given, field, held));
  return fields;
}

function valueOf({ base }: Given, field: string, held: Fields | undefined): Json {
  return (base && Object.hasOwn(base, field) ? base : held)?.[field] as Json;
}
