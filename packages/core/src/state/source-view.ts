import type { EntityRef } from '../contract/adapter';
import type { Entities, Fields, Json } from '../contract/schema';
import { equalJson, inner, own, setField, table } from './json';

/** What a source last gave of one entity. */
interface Given {
  /** The fields it gave; shared between entities with the same fields. */
  shape: readonly string[];
  /** When it last gave something new of the entity, in milliseconds. */
  changedAt: number;
  /**
   * What the source gave where the state now differs, because somebody else wrote. Fields without an
   * entry here stand in the state as the source gave them.
   */
  base?: Record<string, Json>;
}

/** A {@link SourceView} as it travels through continue-as-new. */
export interface CarriedView {
  readonly checkedAt: number;
  /** Entities by name, in groups that share fields and time of change. */
  readonly given: {
    readonly [name: string]: readonly { shape: readonly string[]; at: number; ids: readonly string[] }[];
  };
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

  /** How many entities the source gave. */
  get size(): number {
    let size = 0;
    for (const entities of this.#given.values()) size += entities.size;
    return size;
  }

  /** Whether the source gave the entity. */
  has(name: string, id: string): boolean {
    return this.#given.get(name)?.has(id) ?? false;
  }

  /** When the source last gave something new of the entity. */
  changedAt(name: string, id: string): number | undefined {
    return this.#given.get(name)?.get(id)?.changedAt;
  }

  /** Whether the source gave this field. */
  gives(name: string, id: string, field: string): boolean {
    return this.#given.get(name)?.get(id)?.shape.includes(field) ?? false;
  }

  /** The fields that the source gave of an entity. */
  shape(name: string, id: string): readonly string[] {
    return this.#given.get(name)?.get(id)?.shape ?? [];
  }

  /** Every entity that the source gave. */
  *refs(): IterableIterator<EntityRef> {
    for (const [name, entities] of this.#given) for (const id of entities.keys()) yield { name, id };
  }

  /** The fields that the source gave of an entity, as it gave them. */
  fields(name: string, id: string, held: Fields | undefined): Fields | undefined {
    const given = this.#given.get(name)?.get(id);
    if (given === undefined) return undefined;
    const fields: Record<string, Json> = {};
    for (const field of given.shape) setField(fields, field, this.#value(given, field, held) as Json);
    return fields;
  }

  /** One field as the source gave it. */
  value(name: string, id: string, field: string, held: Fields | undefined): Json | undefined {
    const given = this.#given.get(name)?.get(id);
    return given?.shape.includes(field) ? this.#value(given, field, held) : undefined;
  }

  /** Notes what the source gave now; all of it is about to stand in the state. */
  give(
    name: string,
    id: string,
    shape: readonly string[],
    changedAt: number,
    base?: Record<string, Json>,
  ): void {
    let entities = this.#given.get(name);
    if (entities === undefined) this.#given.set(name, (entities = new Map<string, Given>()));
    const given: Given = { shape: this.#intern(shape), changedAt };
    if (base !== undefined && Object.keys(base).length > 0) given.base = base;
    entities.set(id, given);
  }

  /** The values that the state does not show. */
  base(name: string, id: string): Readonly<Record<string, Json>> | undefined {
    return this.#given.get(name)?.get(id)?.base;
  }

  /** The source no longer gives the entity. */
  forget(name: string, id: string): void {
    this.#given.get(name)?.delete(id);
  }

  /** Somebody else changes the entity: keeps what the source gave where the state will differ. */
  keepBase(name: string, id: string, before: Fields | undefined, after: Fields | undefined): void {
    const given = this.#given.get(name)?.get(id);
    if (given === undefined) return;
    for (const field of given.shape) {
      const kept = given.base !== undefined && Object.hasOwn(given.base, field);
      const gave = kept ? given.base?.[field] : before?.[field];
      const differs = after === undefined || !Object.hasOwn(after, field) || !equalJson(after[field], gave);
      if (differs && !kept) setField((given.base ??= {}), field, gave as Json);
      else if (!differs && kept) delete given.base?.[field];
    }
    if (given.base !== undefined && Object.keys(given.base).length === 0) delete given.base;
  }

  /** The view as plain JSON. */
  carry(): CarriedView {
    const given = table<{ shape: readonly string[]; at: number; ids: string[] }[]>();
    const base = table<Record<string, Fields>>();
    for (const [name, entities] of this.#given) {
      const groups = new Map<string, { shape: readonly string[]; at: number; ids: string[] }>();
      for (const [id, entity] of entities) {
        const key = `${entity.changedAt} ${shapeKey(entity.shape)}`;
        const group = groups.get(key) ?? { shape: entity.shape, at: entity.changedAt, ids: [] };
        group.ids.push(id);
        groups.set(key, group);
        if (entity.base !== undefined) inner(base, name)[id] = entity.base;
      }
      given[name] = [...groups.values()];
    }
    return { checkedAt: this.checkedAt, given, ...(Object.keys(base).length > 0 && { base }) };
  }

  /** A view from what {@link carry} gave. */
  static from(carried: CarriedView): SourceView {
    const view = new SourceView();
    view.checkedAt = carried.checkedAt;
    for (const [name, groups] of Object.entries(carried.given)) {
      for (const { shape, at, ids } of groups) {
        for (const id of ids) view.give(name, id, shape, at, { ...own(own(carried.base, name), id) });
      }
    }
    return view;
  }

  #value(given: Given, field: string, held: Fields | undefined): Json | undefined {
    return given.base !== undefined && Object.hasOwn(given.base, field) ? given.base[field] : held?.[field];
  }

  #intern(shape: readonly string[]): readonly string[] {
    // Neighbours mostly have the same fields: comparing is cheaper than making a key.
    const last = this.#lastShape;
    if (last.length === shape.length && last.every((field, i) => field === shape[i])) return last;
    return (this.#lastShape = this.#lookUp(shape));
  }

  #lookUp(shape: readonly string[]): readonly string[] {
    const key = shapeKey(shape);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    this.#shapes.set(key, shape);
    return shape;
  }
}

const shapeKey = (shape: readonly string[]): string => JSON.stringify(shape);
