/** Which entities the last sweep of a feed did not find, where its list may have moved: only what is missing twice is gone. */
export class MissedOnce {
  readonly #ids = new Map<string, ReadonlySet<string>>();

  has(feed: string, id: string): boolean {
    return this.#ids.get(feed)?.has(id) ?? false;
  }

  note(feed: string, ids: ReadonlySet<string>): void {
    this.#ids.set(feed, ids);
  }
}
