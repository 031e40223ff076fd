import type { Message, Tell } from './word';

/**
 * Workflows that ask whether they are children, and that this one does not know: it was reset, and has forgotten them. They
 * are let go once sources and parents have said since what the lists are that say who is a child.
 */
export class Askers {
  /** By which link they ask. */
  readonly #links = new Map<string, string>();
  /** Parents that have yet to say what their sources give: this workflow joined, or has forgotten it. */
  readonly #unheard: Set<string>;
  #hasLoaded = false;

  /** @param unheard as {@link carry} gave it; who asked asks again */
  constructor(unheard: readonly string[] = []) {
    this.#unheard = new Set(unheard);
  }

  get isEmpty(): boolean {
    return this.#links.size === 0;
  }

  add(peer: string, link: string): void {
    this.#links.set(peer, link);
    this.#hasLoaded = false;
  }

  /** What the sources give is known. */
  loaded(): void {
    this.#hasLoaded = true;
  }

  /** What parents give is not known, until each has said it. */
  forget(parents: Iterable<string>): void {
    for (const parent of parents) this.#unheard.add(parent);
  }

  /** A parent has told something. @param isMade whether that has all that it makes of its item */
  heard({ from, offers }: Tell, isMade: boolean): void {
    if (offers || isMade) this.#unheard.delete(from);
  }

  /** A parent is one no more. */
  left(parent: string): void {
    this.#unheard.delete(parent);
  }

  /** @returns what those are to be told that are no children, once that is known */
  answers(from: string, isChild: (peer: string) => boolean): (readonly [peer: string, Message])[] {
    if (!this.#hasLoaded || this.#unheard.size > 0) return [];
    const strangers = [...this.#links].filter(([peer]) => !isChild(peer));
    this.#links.clear();
    return strangers.map(([peer, link]) => [peer, { do: 'leave', from, link }]);
  }

  /** For continue-as-new. */
  carry(): readonly string[] | undefined {
    return this.#unheard.size > 0 ? [...this.#unheard] : undefined;
  }
}
