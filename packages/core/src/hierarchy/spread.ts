import type { EntityRef } from '../contract/adapter';
import type { ListEdits } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import type { Said } from '../state/integrate';
import { at, forEach, own } from '../state/json';
import { editsIn, itemsOf } from '../state/list-edits';
import { hasOwn, keys } from '../state/objects';
import { keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';
import type { ExchangeHost } from './host';
import { type Below, isAbove, isMissing, type Kin } from './kin';
import type { Link } from './link';
import { COPIED, SHOWN } from './outbox';

/** Why something changed. */
export interface Cause {
  /** The link by which the change came; absent for one that was made here. */
  readonly from?: Link;
  /** The source that gave the change, or the lane of changes without a source. */
  readonly lane: string;
  /** What the source said that it had not said before. */
  readonly said?: readonly Said[];
  /** Whether the change is news of a home: then only parents are told. */
  readonly isNews?: boolean;
  /** Lists that something was added to, or taken out of. */
  readonly edits?: ListEdits;
  /** Whether entities were removed: that lists lost their ids is no word of its own. */
  readonly isRemoval?: boolean;
}

/** Marks what each link has to tell of a change. */
export class Spread {
  readonly #state: EntityState;
  readonly #kin: Kin;
  readonly #host: Pick<ExchangeHost, 'has'>;

  constructor(state: EntityState, kin: Kin, host: Pick<ExchangeHost, 'has'>) {
    this.#state = state;
    this.#kin = kin;
    this.#host = host;
  }

  /**
   * Marks a word that goes down, towards the homes.
   *
   * @param before the children that had an entity in their portions before the change
   */
  down(
    changes: ChangeSet,
    { from, lane, said, edits, isRemoval }: Cause,
    before: ReadonlyMap<string, ReadonlySet<Below>>,
  ): void {
    const words = new Map(said?.map(([ref, fields]) => [keyOf(ref), fields]));
    const each = (ref: EntityRef, mark: (link: Link) => void, also?: ReadonlySet<Below>): void => {
      for (const below of new Set([...this.#kin.childrenWith(ref), ...(also ?? [])])) {
        if (below.made || below.link === from) continue;
        mark(below.link);
        this.#answer(below, ref);
      }
    };
    for (const [ref, fields] of said ?? [])
      each(ref, ({ waiting }) => waiting.mark(ref, fields, lane), before.get(keyOf(ref)));
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const fields = fieldsIn(changes, ref).filter(
        (field) => !words.get(keyOf(ref))?.includes(field) && !isEdited(edits, ref, field),
      );
      if (fields.length === 0) return;
      each(ref, ({ waiting }) => waiting.mark(ref, fields, said || isRemoval ? SHOWN : lane));
    });
    for (const [ref, field, edit] of editsIn(edits))
      each(ref, ({ waiting }) => waiting.edit(ref, field, edit));
    if (said) return;
    for (const ref of changes.deletes)
      for (const { link, made } of before.get(keyOf(ref)) ?? [])
        if (!made && link !== from) link.waiting.remove(ref);
  }

  /**
   * Marks what goes to a parent: news, and what is said of those above.
   *
   * @param wasMine what was in the portion and is removed
   * @param added what came into it
   */
  up(
    link: Link,
    changes: ChangeSet,
    { lane, said, edits, isNews }: Cause,
    wasMine: readonly EntityRef[],
    added: readonly EntityRef[],
  ): void {
    const { waiting } = link;
    const { store } = this.#state;
    forEach(changes.upserts, (name, id, set) => {
      const ref = { name, id };
      const fields = fieldsIn(changes, ref);
      if (!this.#kin.isMine(ref)) {
        if (!said && !isNews && isAbove(link, ref))
          waiting.mark(
            ref,
            fields.filter((field) => !isEdited(edits, ref, field)),
          );
      } else if (keys(set).length === keys(store.get(name, id) ?? {}).length) waiting.markEntire(ref);
      else waiting.mark(ref, fields);
    });
    for (const [ref, field, edit] of editsIn(edits)) {
      if (this.#kin.isMine(ref) || !isAbove(link, ref)) continue;
      const isGiven = (item: EntityRef): readonly string[] =>
        this.#kin.isMine(item) ? [] : fieldsIn(changes, item);
      const relation = own(own(store.schema, ref.name)?.relations, field);
      // Nothing else that goes up says what it is that is added.
      waiting.edit(ref, field, { ...edit, items: edit.items ?? itemsOf(edit, relation, store, isGiven) });
    }
    for (const ref of wasMine) waiting.remove(ref);
    for (const ref of added)
      if (store.get(ref.name, ref.id)) waiting.markEntire(ref);
      else waiting.remove(ref);
    for (const [ref, fields] of said ?? []) if (isAbove(link, ref)) waiting.mark(ref, fields, lane);
  }

  /** Marks an entity that this workflow put into a portion: what its sources say of it, and a copy of the rest. */
  give(below: Below, ref: EntityRef): void {
    const { link } = below;
    this.offer(below, ref);
    if (this.#state.store.get(ref.name, ref.id)) this.#copy(below, ref);
    else if (link.state === 'joined') link.ask(ref);
  }

  /** Marks a copy of what is known of an item here, for a child that runs already: fields that the child has stand. */
  handOver(below: Below): void {
    for (const ref of this.#kin.portionOf(below.item)) this.#copy(below, ref);
  }

  /** Marks what the sources say of an entity. */
  offer({ link, missing }: Below, ref: EntityRef): void {
    const answered = missing?.get(keyOf(ref));
    for (const [source, view] of this.#state.views) {
      const given = view.given(ref.name, ref.id);
      if (!given) continue;
      link.waiting.mark(ref, given.shape, source);
      // The child has the entity then. If it had removed it on purpose, it says so again.
      if (answered) answered.isAnswered = true;
    }
  }

  /** Marks all that the sources say of a portion: what they said before and is not among it, they say no more. */
  offerAll(below: Below): void {
    // A child that is yet to start or to join is given all of it anyway.
    if (below.link.state !== 'joined') return;
    // Also of entities that are not there: the sources may give what the home has never had.
    for (const ref of this.#kin.partsOf(below.item)) this.offer(below, ref);
    below.link.offer();
  }

  #copy(below: Below, ref: EntityRef): void {
    const { waiting } = below.link;
    waiting.mark(ref, keys(this.#state.store.get(ref.name, ref.id) ?? {}), COPIED);
    waiting.markEntire(ref, COPIED);
    this.#answer(below, ref);
  }

  /** A child that lacks an entity is told something of it: it has the entity then, or says again that it does not. */
  #answer({ missing }: Below, ref: EntityRef): void {
    const lacked = missing?.get(keyOf(ref));
    if (lacked && !lacked.isAnswered) lacked.isAnswered = this.#host.has('saidSince');
  }

  /** An entity has left one of its homes: asks the others for it. @returns whether there are others */
  askOthers(ref: EntityRef): boolean {
    let hasOther = false;
    for (const below of this.#kin.childrenWith(ref)) {
      if (isMissing(below, ref)) continue;
      hasOther = true;
      const { link } = below;
      if (link.state === 'joined') link.ask(ref);
    }
    return hasOther;
  }
}

const isEdited = (edits: ListEdits | undefined, { name, id }: EntityRef, field: string): boolean =>
  hasOwn(at(edits, name, id) ?? {}, field);
