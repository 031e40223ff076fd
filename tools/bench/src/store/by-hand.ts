import { detailedDiff } from 'deep-object-diff';
import update, { type Spec } from 'immutability-helper';
import { normalize, schema } from 'normalizr';

/** Normalized state as normalizr makes it: `{ Ticket: { t_1: { … } } }`. */
export type State = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** What was updated, as deep-object-diff says it: the same shape, with changed fields only. */
export type Difference = object;

/**
 * How the normalized records get into the state. `by-entity` merges each into the one that is held; `by-table`
 * puts them in its place, which is quicker, and right only where records have every field that is ever held.
 */
export type MergeStyle = 'by-entity' | 'by-table';

const ticket = new schema.Entity('Ticket');

/**
 * Entity state as it is kept by hand with normalizr, immutability-helper and deep-object-diff: normalize the
 * records, merge them into the state immutably, and compare the old state with the new to learn what changed.
 */
export class StoreByHand {
  readonly #style: MergeStyle;
  state: State = { Ticket: {} };

  constructor(style: MergeStyle) {
    this.#style = style;
  }

  /** Takes in records and returns what changed. */
  upsert(records: readonly object[]): Difference {
    const normalized = normalize<object, { Ticket: Record<string, object> }>(records, [ticket]).entities
      .Ticket;
    const before = this.state;
    this.state = update(before, {
      Ticket: this.#style === 'by-table' ? { $merge: normalized } : byEntity(before, normalized),
    } as Spec<State>);
    // In three parts, as whoever starts, tells and ends things after a change needs it.
    const { updated } = detailedDiff(before, this.state) as { readonly updated: Difference };
    return updated;
  }
}

/** `$merge`s each entity into the one that is held, which stays the same object when nothing changes. */
function byEntity(before: State, normalized: Record<string, object>): Record<string, object> {
  const held = before['Ticket'] ?? {};
  return Object.fromEntries(
    Object.entries(normalized).map(([id, fields]) => [
      id,
      Object.hasOwn(held, id) ? { $merge: fields } : { $set: fields },
    ]),
  );
}
