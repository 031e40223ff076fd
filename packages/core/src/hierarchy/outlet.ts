import type { EntityRef } from '../contract/adapter';
import { isSame } from '../state/refs';
import type { Exchange } from './exchange';
import type { End } from './host';
import { renamed } from './naming';
import type { Outlet, Parcel } from './signal-channel';
import { type Signal, signalsOf } from './signals';
import { CONTROL_BYTES, MOST_PAYLOAD, tooLarge } from './size';
import type { Message, Tell } from './word';

/** Somebody whom a workflow is linked with. */
export interface Linked {
  readonly workflowId: string;
  /** What this workflow is to it. */
  readonly as: End;
  /** The entity that the link is about, and how the other workflow calls it. */
  readonly item: EntityRef;
  readonly entity: EntityRef;
  /** What a message without content goes as. */
  control(message: Exclude<Message, Tell>): readonly [signal: string, payload: unknown];
}

/** What an exchange has to tell somebody. What is too large to be sent waits, and takes nothing else with it. */
export class ExchangeOutlet implements Outlet {
  readonly #exchange: Exchange;
  readonly #linked: Linked;
  #problem?: string;

  constructor(exchange: Exchange, linked: Linked) {
    this.#exchange = exchange;
    this.#linked = linked;
  }

  get isDue(): boolean {
    const { workflowId, as } = this.#linked;
    return this.#exchange.outgoing.isDue(workflowId, as);
  }

  get problem(): string | undefined {
    return this.#exchange.outgoing.holdsBack(this.#linked.workflowId) ? this.#problem : undefined;
  }

  next(): Parcel | undefined {
    const { workflowId, as, item, entity } = this.#linked;
    const { outgoing } = this.#exchange;
    for (;;) {
      const message = outgoing.next(workflowId, as);
      if (!message) return undefined;
      if (message.do !== 'tell') {
        const [signal, payload] = this.#linked.control(message);
        const { from, link } = message;
        return this.#parcel(message, [{ signal, payload, envelope: { from, link }, bytes: CONTROL_BYTES }]);
      }
      const signals = signalsOf(renamed(message, item, entity), entity.name);
      const large = signals.filter(({ bytes }) => bytes > MOST_PAYLOAD);
      if (!large[0]) return this.#parcel(message, signals);
      this.#problem = tooLarge(large[0].bytes).message;
      const refs = large.flatMap(({ ref }) => ref ?? []);
      outgoing.setAside(
        workflowId,
        message,
        refs.map((ref) => (isSame(ref, entity) ? item : ref)),
      );
    }
  }

  #parcel(message: Message, signals: readonly Signal[]): Parcel {
    const { workflowId } = this.#linked;
    const { outgoing } = this.#exchange;
    return {
      signals,
      accepted: () => outgoing.accepted(workflowId, message),
      refused: (isBegun) => outgoing.refused(workflowId, message, !isBegun),
    };
  }
}
