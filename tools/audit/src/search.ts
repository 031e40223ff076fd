import type { Canary } from './canary';
import { type Form, formsOf, readNumbers } from './forms';

/** Something that is searched. */
export interface Haystack {
  /** Where it is from, for a person: `history of Account-a_1, event 12`. */
  readonly where: string;
  readonly text: string;
}

/** A secret that was found. */
export interface Find {
  readonly canary: string;
  readonly form: Form['name'];
  readonly where: string;
  /** What stands before the first piece of it. */
  readonly before: string;
}

const CONTEXT = 60;

/** Looks for canaries, however they are written. */
export class Search {
  readonly #forms: readonly { readonly canary: Canary; readonly form: Form }[];

  constructor(canaries: readonly Canary[]) {
    this.#forms = canaries.flatMap((canary) => formsOf(canary.value).map((form) => ({ canary, form })));
  }

  /** Every find in a text; of the same canary the first form only. */
  in({ where, text }: Haystack): Find[] {
    const read = readNumbers(text);
    const found = new Map<string, Find>();
    for (const given of read === text ? [text] : [text, read]) {
      const small = given.toLowerCase();
      for (const { canary, form } of this.#forms) {
        if (found.has(canary.label)) continue;
        const at = (form.name === 'base64' ? given : small).indexOf(form.text);
        if (at === -1) continue;
        const before = given.slice(Math.max(0, at - CONTEXT), at);
        found.set(canary.label, { canary: canary.label, form: form.name, where, before });
      }
    }
    return [...found.values()];
  }
}
