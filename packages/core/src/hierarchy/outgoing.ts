import type { EntityRef } from '../contract/adapter';
import { reachableSchema } from '../contract/schema';
import type { EntityState } from '../state/entity-state';
import { hasOwn, keys } from '../state/objects';
import type { End, Wakeable } from './host';
import type { Kin } from './kin';
import type { Link } from './link';
import type { Outbox } from './outbox';
import { compose, contributed, MADE } from './speech';
import type { Message } from './word';

/** What is to be sent to others, and what becomes of it. */
export class Outgoing {
  /** Links of children that are let go, until they have been told. */
  readonly leaving: Link[] = [];
  /** Answers to workflows that take themselves for parents and are none. */
  readonly strangers = new Map<string, Message>();
  readonly #state: EntityState;
  readonly #kin: Kin;
  readonly #host: Wakeable;

  constructor(state: EntityState, kin: Kin, host: Wakeable) {
    this.#state = state;
    this.#kin = kin;
    this.#host = host;
  }

  /** Whether there is nobody who is to be told that it is let go, or is a stranger. */
  get isEmpty(): boolean {
    return this.leaving.length === 0 && this.strangers.size === 0;
  }

  /** Whether there is something to be sent to somebody now. */
  isDue(peer: string, as: End): boolean {
    return as === 'stranger' ? this.strangers.has(peer) : !!this.#dueTo(peer, as);
  }

  /** The next message to somebody, if there is one. */
  next(peer: string, as: End): Message | undefined {
    if (as === 'stranger') return this.strangers.get(peer);
    const link = this.#dueTo(peer, as);
    // A home that takes every contribution as it was said never answers: what it was sent would be remembered for ever.
    const item = link?.isUnanswered && this.#kin.below.get(peer)?.item;
    if (link && item) link.ask(item);
    return link?.next((waiting, isWhole) => {
      if (!isWhole) return compose(this.#state, this.#kin.below.get(peer)?.made, waiting);
      const kinds = keys(reachableSchema(this.#state.store.schema, this.#state.root.name));
      if (!link.isMade) {
        const portion = this.#kin.portionOf(this.#state.root).filter(({ name }) => waiting.concerns(name));
        return { ...compose(this.#state, undefined, waiting, portion), kinds };
      }
      this.#markOwn(link, waiting);
      return { ...compose(this.#state, undefined, waiting), kinds };
    });
  }

  /** Entities of a message are too large to be sent: the rest is. */
  setAside(peer: string, message: Message, refs: readonly EntityRef[]): void {
    for (const link of this.#linksTo(peer)) link.setAside(message, refs);
  }

  /** Whether something waits for somebody that is too large to be sent. */
  holdsBack(peer: string): boolean {
    return [...this.#linksTo(peer)].some((link) => link.holdsBack);
  }

  /** A message has arrived. */
  accepted(peer: string, message: Message): void {
    if (this.strangers.get(peer) === message) this.strangers.delete(peer);
    for (const link of this.#linksTo(peer)) link.accepted(message);
    const left = this.leaving.findIndex((link) => link.peer === peer && !link.isDue);
    if (left >= 0) this.leaving.splice(left, 1);
    this.wake();
  }

  /** A message has perhaps not arrived. @param isCertain whether nothing of it has */
  refused(peer: string, message: Message, isCertain = false): void {
    for (const link of this.#linksTo(peer)) link.refused(message, isCertain);
    this.wake();
  }

  /** Forgets a workflow that was to be told that it is let go, or that it is a stranger. */
  forget(peer: string): void {
    this.strangers.delete(peer);
    for (let i = this.leaving.length - 1; i >= 0; i--)
      if (this.leaving[i]?.peer === peer) this.leaving.splice(i, 1);
  }

  /** What was too large to be sent is tried again. */
  tryAgain(): void {
    for (const link of this.#links()) link.tryAgain();
  }

  /** Has the host ask for what is to be sent now. */
  wake(): void {
    for (const peer of this.strangers.keys()) this.#host.wake(peer, 'stranger');
    for (const link of this.#links())
      if (link.isDue) this.#host.wake(link.peer, link.isParent ? 'parent' : 'child');
  }

  /** Marks what this workflow wrote by itself, in a root that is made by its parent. */
  #markOwn({ peer }: Link, waiting: Outbox): void {
    const { store, views, root } = this.#state;
    for (const ref of this.#kin.portionOf(root)) {
      const given = views.get(contributed(peer, MADE))?.given(ref.name, ref.id);
      const stands = (field: string): boolean =>
        !!given?.shape.includes(field) && !hasOwn(given.base ?? {}, field);
      waiting.mark(
        ref,
        keys(store.get(ref.name, ref.id) ?? {}).filter((field) => !stands(field)),
      );
    }
  }

  *#links(): IterableIterator<Link> {
    yield* this.leaving;
    yield* this.#kin.above.values();
    for (const { link } of this.#kin.below.values()) yield link;
  }

  *#linksTo(peer: string): IterableIterator<Link> {
    for (const link of this.leaving) if (link.peer === peer) yield link;
    for (const link of [this.#kin.below.get(peer)?.link, this.#kin.above.get(peer)]) if (link) yield link;
  }

  /** The link by which there is something to be sent to somebody now. */
  #dueTo(peer: string, as: End): Link | undefined {
    for (const link of this.#linksTo(peer))
      if (link.isDue && link.isParent === (as === 'parent')) return link;
    return undefined;
  }
}
