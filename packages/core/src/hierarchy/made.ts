import type { EntityRef } from '../contract/adapter';
import type { Fields, Schema } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { EntityStore } from '../state/entity-store';
import { entries, keys } from '../state/objects';

/** What is made of an item for a child that is not given it as it is, kept to tell what of it changes. */
export class Made {
  readonly #store: EntityStore;
  readonly #item: EntityRef;

  constructor(schema: Schema, item: EntityRef) {
    this.#store = new EntityStore(schema);
    this.#item = item;
  }

  get(ref: EntityRef): Fields | undefined {
    return this.#store.get(ref.name, ref.id);
  }

  refs(): EntityRef[] {
    return entries(this.#store.entities).flatMap(([name, held]) => keys(held).map((id) => ({ name, id })));
  }

  /** Takes in what is made of the item now. @returns what of that is new */
  take(made: Readonly<Record<string, unknown>>): ChangeSet {
    const draft = this.#store.draft();
    draft.upsert(this.#item.name, made, '$replace', 'processData', this.#item.id);
    return this.#store.commit(draft);
  }
}
