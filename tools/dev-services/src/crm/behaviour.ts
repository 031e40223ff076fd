/** How the CRM misbehaves on purpose, for a demonstration or a test. */
export interface CrmBehaviour {
  /** Answer with this HTTP status instead of the data. @default the real answer */
  readonly status?: number;
  /** Wait so many milliseconds before answering. @default the CRM's own `latencyMs` */
  readonly latencyMs?: number;
  /** After so many requests it ends by itself. @default until `behaveNormally()` */
  readonly times?: number;
  /** The `Retry-After` header: seconds, or an HTTP date. */
  readonly retryAfter?: number | string;
  /** Destroy the socket instead of answering. @default false */
  readonly drop?: boolean;
  /** Only for paths that begin so, such as `/customers/c_1`. @default every path of the API */
  readonly path?: string;
}

/**
 * The switched-on behaviours. Where several fit a request, the one that was switched on last counts, so that
 * an exception can be put on top of a rule.
 */
export class BehaviourSwitch {
  #active: { readonly behaviour: CrmBehaviour; left: number }[] = [];

  add(behaviour: CrmBehaviour): void {
    this.#active.push({ behaviour, left: behaviour.times ?? Infinity });
  }

  clear(): void {
    this.#active = [];
  }

  /** The behaviour for a request to a path, which counts as one of its `times`. */
  take(path: string): CrmBehaviour | undefined {
    const entry = this.#active.findLast(({ behaviour }) => path.startsWith(behaviour.path ?? '/'));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#active = this.#active.filter((other) => other !== entry);
    return entry.behaviour;
  }
}
