/** {@link Pauses} as they travel through continue-as-new. */
export interface CarriedPauses {
  readonly byClient: boolean;
  readonly byParents: readonly string[];
}

/** Who has a workflow pause: its clients, and those of its parents that pause it. A pause goes with whom it came from. */
export class Pauses {
  #byClient: boolean;
  /** The workflow ids of those that pause it; absent while none does, as in most workflows. */
  #byParents?: Set<string>;

  constructor({ byClient, byParents }: CarriedPauses = { byClient: false, byParents: [] }) {
    this.#byClient = byClient;
    if (byParents.length > 0) this.#byParents = new Set(byParents);
  }

  get isPaused(): boolean {
    return this.#byClient || !!this.#byParents?.size;
  }

  /** @param parent its workflow id; a client that leaves it out ends the pauses of parents, too */
  set(isPaused: boolean, parent?: string): void {
    if (parent === undefined) {
      this.#byClient = isPaused;
      if (!isPaused) this.#byParents = undefined;
    } else if (isPaused) (this.#byParents ??= new Set()).add(parent);
    else this.#byParents?.delete(parent);
  }

  /** For continue-as-new. */
  carry(): CarriedPauses {
    return { byClient: this.#byClient, byParents: [...(this.#byParents ?? [])] };
  }
}
