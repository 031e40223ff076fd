import type { EntityRef } from '../contract/adapter';
import { isSame } from '../state/refs';
import type { Exchange } from './exchange';
import type { End } from './outgoing';
import { renamed } from './naming';
import type { Outlet, Parcel } from './peer';
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
  readonly control: (message: Exclude<Message, Tell>) => readonly [signal: string, payload: unknown];
}

/** What an exchange has to tell somebody. What is too large to be sent waits, and takes nothing else with it. */
export function outletOf(exchange: Exchange, { workflowId, as, item, entity, control }: Linked): Outlet {
  let problem: string | undefined;

  const parcel = (message: Message, signals: readonly Signal[]): Parcel => ({
    signals,
    accepted: () => exchange.outgoing.accepted(workflowId, message),
    refused: (isBegun) => exchange.outgoing.refused(workflowId, message, !isBegun),
  });

  return {
    get isDue() {
      return exchange.outgoing.isDue(workflowId, as);
    },
    get problem() {
      return exchange.outgoing.holdsBack(workflowId) ? problem : undefined;
    },
    next() {
      for (;;) {
        const message = exchange.outgoing.next(workflowId, as);
        if (!message) return undefined;
        if (message.do !== 'tell') {
          const [signal, payload] = control(message);
          const { from, link } = message;
          return parcel(message, [{ signal, payload, envelope: { from, link }, bytes: CONTROL_BYTES }]);
        }
        const signals = signalsOf(renamed(message, item, entity), entity.name);
        const large = signals.filter(({ bytes }) => bytes > MOST_PAYLOAD);
        if (!large[0]) return parcel(message, signals);
        problem = tooLarge(large[0].bytes).message;
        const refs = large.flatMap(({ ref }) => ref ?? []);
        exchange.outgoing.setAside(
          workflowId,
          message,
          refs.map((ref) => (isSame(ref, entity) ? item : ref)),
        );
      }
    },
  };
}
