import type { EntityRef } from '../contract/adapter';
import { inner, table } from '../state/json';

/** A {@link Dirty} as it travels through continue-as-new; `true` stands for every field. */
export interface CarriedDirty {
  readonly fields?: { readonly [name: string]: { readonly [id: string]: true | readonly string[] } };
  readonly gone?: readonly EntityRef[];
  readonly parted?: readonly EntityRef[];
}

/**
 * What somebody else has not been told yet: which fields, not their values. They are read when they are sent, so
 * what waits costs the same however often it changes, and what arrives is what is.
 */
export class Dirty {
  #fields = new Map<string, Map<string, Set<string> | true>>();
  #gone = new Map<string, EntityRef>();
  #parted = new Map<string, EntityRef>();

  constructor({ fields = {}, gone = [], parted = [] }: CarriedDirty = {}) {
    for (const [name, entities] of Object.entries(fields))
      for (const [id, some] of Object.entries(entities)) this.mark(name, id, some);
    for (const ref of gone) this.#gone.set(keyOf(ref), ref);
    for (const ref of parted) this.#parted.set(keyOf(ref), ref);
  }

  get isEmpty(): boolean {
    return this.#fields.size === 0 && this.#gone.size === 0 && this.#parted.size === 0;
  }

  /** Whether it holds fields of an entity. */
  has({ name, id }: EntityRef): boolean {
    return this.#fields.get(name)?.has(id) ?? false;
  }

  /** Whether it holds some fields of an entity, because they were changed, and not all for another reason. */
  hasChanged({ name, id }: EntityRef): boolean {
    return this.#fields.get(name)?.get(id) instanceof Set;
  }

  /** @param fields `true` for all that the entity has when it is sent */
  mark(name: string, id: string, fields: true | Iterable<string>): void {
    let entities = this.#fields.get(name);
    if (entities === undefined) this.#fields.set(name, (entities = new Map<string, Set<string> | true>()));
    this.#parted.delete(keyOf({ name, id }));
    const before = entities.get(id);
    if (fields === true || before === true) entities.set(id, true);
    else entities.set(id, new Set([...(before ?? []), ...fields]));
  }

  /** The entity is gone. Should it come back, both is told. */
  remove(ref: EntityRef): void {
    this.#unmark(ref);
    this.#parted.delete(keyOf(ref));
    this.#gone.set(keyOf(ref), ref);
  }

  /** The entity is no part any more of what the other one holds; it may be there still. */
  part(ref: EntityRef): void {
    this.#unmark(ref);
    if (!this.#gone.has(keyOf(ref))) this.#parted.set(keyOf(ref), ref);
  }

  /** Hands over what waits; nothing does afterwards. */
  take(): Dirty {
    const taken = new Dirty();
    [taken.#fields, this.#fields] = [this.#fields, taken.#fields];
    [taken.#gone, this.#gone] = [this.#gone, taken.#gone];
    [taken.#parted, this.#parted] = [this.#parted, taken.#parted];
    return taken;
  }

  /** Has what an earlier one held wait as well. */
  add(earlier: Dirty): void {
    for (const [key, ref] of earlier.#gone) this.#gone.set(key, ref);
    for (const [key, ref] of earlier.#parted) if (!this.has(ref)) this.#parted.set(key, ref);
    for (const [name, id, fields] of earlier.fields()) this.mark(name, id, fields);
  }

  *fields(): IterableIterator<readonly [name: string, id: string, fields: true | ReadonlySet<string>]> {
    for (const [name, entities] of this.#fields)
      for (const [id, fields] of entities) yield [name, id, fields];
  }

  get gone(): EntityRef[] {
    return [...this.#gone.values()];
  }

  get parted(): EntityRef[] {
    return [...this.#parted.values()];
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedDirty | undefined {
    if (this.isEmpty) return undefined;
    const fields = table<Record<string, true | readonly string[]>>();
    for (const [name, id, some] of this.fields()) inner(fields, name)[id] = some === true || [...some];
    return { fields, gone: this.gone, ...(this.#parted.size > 0 && { parted: this.parted }) };
  }

  #unmark({ name, id }: EntityRef): void {
    const entities = this.#fields.get(name);
    entities?.delete(id);
    if (entities?.size === 0) this.#fields.delete(name);
  }
}

/** One key for an entity, whatever its name and id are. */
export const keyOf = ({ name, id }: EntityRef): string => `${name}:${id}`;
