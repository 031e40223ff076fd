import type { Ancestor } from '../contract/hierarchy';
import type { Kin } from './kin';

/** From the top of the hierarchy to this workflow: one list for all its children, of which there may be thousands. */
export class Line {
  readonly #self: Ancestor;
  readonly #kin: Pick<Kin, 'ancestry'>;
  #above?: readonly Ancestor[];
  #all: readonly Ancestor[] = [];

  constructor(self: Ancestor, kin: Pick<Kin, 'ancestry'>) {
    this.#self = self;
    this.#kin = kin;
  }

  get all(): readonly Ancestor[] {
    const above = this.#kin.ancestry;
    if (this.#above !== above) {
      this.#above = above;
      this.#all = [...above, this.#self];
    }
    return this.#all;
  }
}
