import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import { EntityStore } from '../state/entity-store';
import type { Schema } from '../contract/schema';
import type { Item } from './managed-path';
import { Stamps } from './stamps';

/** What is made of an item for a child that is not given it as it is, kept to tell what of it changes. */
export class Projection {
  readonly store: EntityStore;
  readonly stamps = new Stamps();
  readonly #item: EntityRef;

  constructor(schema: Schema, item: EntityRef) {
    this.store = new EntityStore(schema);
    this.#item = item;
  }

  /** Takes in what is made of the item now. @returns what of that is new */
  take(made: Item): ChangeSet {
    const { name, id } = this.#item;
    const draft = this.store.draft();
    draft.upsert(name, made, '$replace', 'processData', id);
    const changes = this.store.commit(draft);
    this.stamps.note(changes, this.stamps.tick(), this.store);
    return changes;
  }
}
