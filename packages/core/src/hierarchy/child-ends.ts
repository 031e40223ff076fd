import type { ChildEnd } from '../contract/hierarchy';
import type { Temporal } from './temporal';

/** Of so many ends it is remembered that they came; the last ones. */
const MOST = 1_000;
const NONE: readonly ChildEnd[] = [];

/** {@link ChildEnds} as they travel through continue-as-new: without results, which may be as large as a state. */
export interface CarriedEnds {
  /** Those that `execute()` has not seen, and `onChildEnded()` has heard. */
  readonly heard: readonly ChildEnd[];
  readonly unheard: readonly ChildEnd[];
}

/** How children ended that the class has not seen yet. */
export class ChildEnds {
  readonly #announce: () => void;
  readonly #has: Temporal['has'];
  /** Children that said how they end, and that are yet to close: Temporal tells how, and their results. By their runs. */
  #awaited?: Map<string, ChildEnd>;
  #unheard: readonly ChildEnd[];
  #heard: readonly ChildEnd[];

  /** @param announce a cycle is to hear of one */
  constructor(
    { has }: Pick<Temporal, 'has'>,
    announce: () => void,
    { heard, unheard }: CarriedEnds = { heard: NONE, unheard: NONE },
  ) {
    this.#has = has;
    this.#announce = announce;
    this.#heard = heard;
    this.#unheard = unheard;
  }

  /** Whether there is one that nobody has heard of. */
  get isDue(): boolean {
    return this.#unheard.length > 0;
  }

  /** Has those heard that the run before left over. */
  begin(): void {
    if (this.isDue) this.#announce();
  }

  /** @param awaited the run that Temporal is yet to tell more of */
  add(end: ChildEnd, awaited?: string): void {
    if (!this.#has('childEnds')) return;
    if (awaited !== undefined) (this.#awaited ??= new Map<string, ChildEnd>()).set(awaited, end);
    else this.#hear(end);
  }

  /** Temporal tells how a run ended. */
  confirm(run: string, how: Pick<ChildEnd, 'status' | 'result' | 'error'>): void {
    const end = this.#awaited?.get(run);
    if (!end) return;
    this.#awaited?.delete(run);
    this.#hear({ ...end, ...how });
  }

  /** Tells of those that nobody has heard of: one that is not told to its end is told again. */
  async tell(hears: (end: ChildEnd) => void | Promise<void>): Promise<void> {
    // What comes meanwhile is for the next cycle.
    for (const end of this.#unheard) {
      await hears(end);
      this.#unheard = this.#unheard.filter((other) => other !== end);
      this.#heard = [...this.#heard, end].slice(-MOST);
    }
  }

  /** Hands over what has been told. */
  take(): readonly ChildEnd[] {
    const taken = this.#heard;
    this.#heard = NONE;
    return taken;
  }

  /** Takes back what was handed over. */
  giveBack(ends: readonly ChildEnd[]): void {
    this.#heard = [...ends, ...this.#heard].slice(-MOST);
  }

  /** For continue-as-new; nothing where nothing waits. What Temporal has not told by then, nobody tells. */
  carry(): CarriedEnds | undefined {
    const unheard = [...this.#unheard, ...(this.#awaited?.values() ?? [])];
    if (unheard.length === 0 && this.#heard.length === 0) return undefined;
    return { heard: this.#heard.map(withoutResult), unheard: unheard.map(withoutResult) };
  }

  #hear(end: ChildEnd): void {
    this.#unheard = [...this.#unheard, end].slice(-MOST);
    this.#announce();
  }
}

const withoutResult = ({ result: _, ...end }: ChildEnd): ChildEnd => end;
