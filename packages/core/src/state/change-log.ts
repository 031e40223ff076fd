import type { EntityRef } from '../contract/adapter';
import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from './change-set';
import { inner, own, table } from './json';

/**
 * Changes that nobody has seen yet, added up. Adding costs what the change holds, not what waits already: a
 * workflow can be sent thousands of signals before anybody looks.
 */
export class ChangeLog {
  #upserts = table<Record<string, Fields>>();
  #unset = table<Record<string, readonly string[]>>();
  readonly #deletes = new Map<string, EntityRef>();
  #origin: string | undefined;
  #isEmpty = true;

  /** @param changes what waits already */
  constructor(changes: ChangeSet = NO_CHANGES) {
    this.add(changes);
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** What waits, as one change set; later changes do not show in it. */
  get changes(): ChangeSet {
    return this.#changeSet(copied(this.#upserts), copied(this.#unset));
  }

  /** Adds what happened after everything that waits. */
  add(changes: ChangeSet): void {
    if (isEmpty(changes)) return;
    this.#origin = this.#isEmpty || this.#origin === changes.origin ? changes.origin : undefined;
    this.#isEmpty = false;
    // An entity that went and came back is among the deletes and the upserts, so the deletes come first.
    for (const ref of changes.deletes) this.#delete(ref);
    for (const [name, entities] of Object.entries(changes.upserts)) {
      const unset = own(changes.unset, name);
      for (const [id, fields] of Object.entries(entities))
        this.#upsert(name, id, fields, own(unset, id) ?? []);
    }
  }

  /** Hands over what waits; nothing does afterwards. */
  take(): ChangeSet {
    const changes = this.#changeSet(this.#upserts, this.#unset);
    this.#upserts = table();
    this.#unset = table();
    this.#deletes.clear();
    this.#isEmpty = true;
    return changes;
  }

  #changeSet(upserts: ChangeSet['upserts'], unset: ChangeSet['unset']): ChangeSet {
    if (this.#isEmpty) return NO_CHANGES;
    const origin = this.#origin;
    return { upserts, unset, deletes: [...this.#deletes.values()], ...(origin !== undefined && { origin }) };
  }

  #delete(ref: EntityRef): void {
    const { name, id } = ref;
    drop(this.#upserts, name, id);
    drop(this.#unset, name, id);
    this.#deletes.set(JSON.stringify([name, id]), ref);
  }

  #upsert(name: string, id: string, fields: Fields, gone: readonly string[]): void {
    const upserts = inner(this.#upserts, name);
    const earlier = upserts[id];
    const kept =
      gone.length === 0 || earlier === undefined
        ? earlier
        : Object.fromEntries(Object.entries(earlier).filter(([field]) => !gone.includes(field)));
    upserts[id] = { ...kept, ...fields };
    const absent = [...new Set([...(this.#unset[name]?.[id] ?? []), ...gone])].filter(
      (field) => !Object.hasOwn(fields, field),
    );
    if (absent.length > 0) inner(this.#unset, name)[id] = absent;
    else drop(this.#unset, name, id);
  }
}

/** Takes an entry out of a table of tables, and the inner table with the last one. */
function drop<T>(tables: Record<string, Record<string, T>>, name: string, id: string): void {
  const entries = tables[name];
  if (entries === undefined) return;
  delete entries[id];
  for (const _ in entries) return;
  delete tables[name];
}

function copied<T>(tables: Record<string, Record<string, T>>): Record<string, Record<string, T>> {
  const copy = table<Record<string, T>>();
  for (const name of Object.keys(tables)) copy[name] = Object.assign(table<T>(), tables[name]);
  return copy;
}
