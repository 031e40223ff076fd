import type { Checkpoint, Page } from '@stateful-workflow/core';
import type { Attempt } from './attempt';

/** A copy of the source, kept as a workflow keeps it: load after load, each from the checkpoint of the one before. */
export class Replica<Cursor> {
  /** Names by id. */
  readonly names = new Map<string, string>();
  checkpoint: Checkpoint<Cursor> | undefined;
  /** What the last sweep missed whose list may have moved: it is gone when the next one misses it, too. */
  readonly #missed = new Set<string>();

  /** Takes in a load that went well. */
  take({ pages }: Attempt<Cursor>): void {
    const given = new Map<string, string>();
    const deletes = new Set<string>();
    for (const page of pages) {
      for (const record of page.records as readonly { readonly id: string; readonly name: string }[]) {
        given.set(record.id, record.name);
        deletes.delete(record.id);
      }
      for (const { id } of [...(page.deletes ?? []), ...removedFrom(page)]) {
        deletes.add(id);
        given.delete(id);
      }
    }
    const last = pages.at(-1);
    const isPartial = pages.some(({ partialErrors = [] }) => partialErrors.length > 0);
    if (last?.complete && !isPartial && !last.unchanged) this.#forget(given, last.drifts ?? false);
    for (const [id, name] of given) this.names.set(id, name);
    if (!isPartial) for (const id of deletes) this.names.delete(id);
    // Through JSON, as it travels in history.
    const { validators = last?.unchanged ? this.checkpoint?.validators : undefined } = last ?? {};
    const cursor = isPartial ? this.checkpoint?.cursor : (last?.cursor ?? this.checkpoint?.cursor);
    this.checkpoint = JSON.parse(
      JSON.stringify({ validators: isPartial ? undefined : validators, cursor }),
    ) as Checkpoint<Cursor>;
  }

  /** Lets go of what a sweep proves gone. */
  #forget(given: ReadonlyMap<string, string>, drifts: boolean): void {
    const missing = [...this.names.keys()].filter((id) => !given.has(id));
    for (const id of missing) if (!drifts || this.#missed.has(id)) this.names.delete(id);
    this.#missed.clear();
    if (drifts) for (const id of missing) if (this.names.has(id)) this.#missed.add(id);
  }

  /** What it holds, in the order of ids. */
  get entries(): readonly (readonly [id: string, name: string])[] {
    return [...this.names].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

const removedFrom = ({ removed = [] }: Page): readonly { readonly id: string }[] =>
  removed as readonly { readonly id: string }[];
