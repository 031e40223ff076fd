import type { EntityRef } from '../contract/adapter';
import { keyOf } from '../state/refs';

/** Entities that are to be told entire, or all of a portion. */
export type Asked = true | readonly EntityRef[];

/** What an end of a link is to ask the other one for. Most ends ask for nothing, and hold nothing for it. */
export class Asks {
  #asked?: true | Map<string, EntityRef>;

  constructor(asked?: Asked) {
    this.add(asked);
  }

  get isEmpty(): boolean {
    return this.#asked === undefined;
  }

  add(asked: Asked | undefined): void {
    if (asked === true) this.#asked = true;
    else for (const ref of asked ?? []) this.#addOne(ref);
  }

  /** All of the portion has come: it is asked for no more. */
  hasAll(): void {
    if (this.#asked === true) this.#asked = undefined;
  }

  clear(): void {
    this.#asked = undefined;
  }

  /** For a message, and for continue-as-new; nothing where nothing is asked for. */
  get all(): Asked | undefined {
    return this.#asked && (this.#asked === true || [...this.#asked.values()]);
  }

  #addOne(ref: EntityRef): void {
    const asked = (this.#asked ??= new Map<string, EntityRef>());
    if (asked !== true) asked.set(keyOf(ref), ref);
  }
}
