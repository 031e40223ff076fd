import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import { forEach, inner, table, type Tables } from '../state/json';
import { getOrAdd } from '../state/objects';
import { keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';

/** A {@link Dirty} as it travels through continue-as-new; `true` stands for every field. */
export interface CarriedDirty {
  readonly fields?: Tables<true | readonly string[]>;
  readonly gone?: readonly EntityRef[];
  readonly parted?: readonly EntityRef[];
}

/** What waits about one entity: how it went, then what it is now. */
interface Entry {
  readonly ref: EntityRef;
  went?: 'gone' | 'parted';
  fields?: true | ReadonlySet<string>;
}

/**
 * What somebody else has not been told yet: which fields, not their values. They are read when they are sent, so
 * what waits costs the same however often it changes, and what arrives is what is.
 */
export class Dirty {
  #entries = new Map<string, Entry>();

  constructor({ fields, gone = [], parted = [] }: CarriedDirty = {}) {
    forEach(fields, (name, id, some) => this.mark(name, id, some));
    for (const ref of gone) this.#entry(ref).went = 'gone';
    for (const ref of parted) this.part(ref);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Whether it holds fields of an entity. */
  has(ref: EntityRef): boolean {
    return !!this.#entries.get(keyOf(ref))?.fields;
  }

  /** Whether it holds some fields of an entity, because they were changed, and not all for another reason. */
  hasChanged(ref: EntityRef): boolean {
    return this.#entries.get(keyOf(ref))?.fields instanceof Set;
  }

  /** @param fields `true` for all that the entity has when it is sent */
  mark(name: string, id: string, fields: true | Iterable<string>): void {
    const entry = this.#entry({ name, id });
    if (entry.went === 'parted') entry.went = undefined;
    const { fields: before } = entry;
    entry.fields = fields === true || before === true || new Set([...(before ?? []), ...fields]);
  }

  /** Marks all that was changed. @param concerns which kinds of entity count */
  note(changes: ChangeSet, concerns: (name: string) => boolean = () => true): void {
    forEach(changes.upserts, (name, id) => {
      if (concerns(name)) this.mark(name, id, fieldsIn(changes, { name, id }));
    });
    for (const ref of changes.deletes) if (concerns(ref.name)) this.remove(ref);
  }

  /** The entity is gone. Should it come back, both is told. */
  remove(ref: EntityRef): void {
    this.#went(ref, 'gone');
  }

  /** The entity is no part any more of what the other one holds; it may be there still. */
  part(ref: EntityRef): void {
    this.#went(ref, this.#entry(ref).went ?? 'parted');
  }

  /** Hands over what waits; nothing does afterwards. */
  take(): Dirty {
    const taken = new Dirty();
    [taken.#entries, this.#entries] = [this.#entries, taken.#entries];
    return taken;
  }

  /** Has what an earlier one held wait as well. */
  add(earlier: Dirty): void {
    for (const { ref, went, fields } of earlier.#entries.values()) {
      if (went === 'gone') this.#entry(ref).went = went;
      else if (went && !this.has(ref)) this.part(ref);
      if (fields) this.mark(ref.name, ref.id, fields);
    }
  }

  *fields(): IterableIterator<readonly [name: string, id: string, fields: true | ReadonlySet<string>]> {
    for (const { ref, fields } of this.#entries.values()) if (fields) yield [ref.name, ref.id, fields];
  }

  get gone(): EntityRef[] {
    return this.#refs('gone');
  }

  get parted(): EntityRef[] {
    return this.#refs('parted');
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedDirty | undefined {
    if (this.isEmpty) return undefined;
    const fields = table<Record<string, true | readonly string[]>>();
    for (const [name, id, some] of this.fields()) inner(fields, name)[id] = some === true || [...some];
    const { gone, parted } = this;
    return { fields, gone, parted: parted.length > 0 ? parted : undefined };
  }

  #refs(how: Entry['went']): EntityRef[] {
    return [...this.#entries.values()].filter(({ went }) => went === how).map(({ ref }) => ref);
  }

  #went(ref: EntityRef, went: Entry['went']): void {
    this.#entries.set(keyOf(ref), { ref, went });
  }

  #entry(ref: EntityRef): Entry {
    return getOrAdd(this.#entries, keyOf(ref), (): Entry => ({ ref }));
  }
}
