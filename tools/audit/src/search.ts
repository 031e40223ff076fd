import type { Canary } from './canary';
import { type Form, formsOf } from './forms';

/** Something that is searched. */
export interface Haystack {
  /** Where it is from, for a person: `history of Account-a_1, event 12`. */
  readonly where: string;
  readonly text: string;
}

/** A secret that was found. */
export interface Find {
  readonly canary: string;
  readonly form: string;
  readonly where: string;
  /** What stands around it, with the secret cut out. */
  readonly around: string;
}

const CONTEXT = 60;

/** Looks for canaries, in every form. */
export class Search {
  readonly #forms: readonly { readonly canary: Canary; readonly form: Form }[];

  constructor(canaries: readonly Canary[]) {
    this.#forms = canaries.flatMap((canary) => formsOf(canary.value).map((form) => ({ canary, form })));
  }

  /** Every find in a text; of the same canary the first form only. */
  in({ where, text }: Haystack): Find[] {
    const found = new Map<string, Find>();
    for (const { canary, form } of this.#forms) {
      const at = text.indexOf(form.text);
      if (at === -1 || found.has(canary.label)) continue;
      const before = text.slice(Math.max(0, at - CONTEXT), at);
      const after = text.slice(at + form.text.length, at + form.text.length + CONTEXT);
      found.set(canary.label, {
        canary: canary.label,
        form: form.name,
        where,
        around: `${before}[canary]${after}`,
      });
    }
    return [...found.values()];
  }
}
