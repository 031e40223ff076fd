import type { EntityRef } from '../contract/adapter';
import type { ListEdit } from '../contract/hierarchy';
import { joined } from '../state/list-edits';
import { isSame, keyOf } from '../state/refs';
import { type Outbox, WRITTEN } from './outbox';

/** Of so many fields it may be unknown whether the other end has seen them. One that says nothing is asked then. */
const MOST_UNSEEN = 1_000;

/** A field that was sent, until the other end has seen it. */
interface Sent {
  readonly ref: EntityRef;
  /** Empty for all of the entity, or its removal. */
  readonly field: string;
  /** Of the message that it went with. */
  readonly number: number;
  readonly isWritten?: boolean;
  readonly isRemoval?: boolean;
  /** What was done to the list that the field is, where the list was not sent whole. */
  readonly edit?: ListEdit;
}

/** {@link Unseen} as it travels through continue-as-new. */
export type CarriedUnseen = readonly Sent[];

/** What a holder has sent to a home that has not said yet that it has seen it. */
export class Unseen {
  /** Absent until something was sent: of thousands most have nothing. */
  #sent?: Map<string, Sent>;

  constructor(carried: CarriedUnseen = []) {
    for (const sent of carried) this.#note(sent);
  }

  /** Whether so much was sent since the other end has said anything that it is to be asked. */
  get isTooMuch(): boolean {
    return !!this.#sent && this.#sent.size > MOST_UNSEEN;
  }

  /** Whether a field of an entity was sent and is not seen; an empty name for all of the entity, or its removal. */
  has(ref: EntityRef, field: string): boolean {
    return !!this.#sent && (this.#sent.has(keyIn(ref, field)) || this.#sent.has(keyIn(ref, '')));
  }

  /** Whether anything of an entity was sent and is not seen. */
  names(ref: EntityRef): boolean {
    for (const sent of this.#sent?.values() ?? []) if (isSame(sent.ref, ref)) return true;
    return false;
  }

  /** Notes what goes with a message. */
  add(told: Outbox, number: number): void {
    for (const [lane, { ref, fields, edits, entire, removed: isRemoval = false }] of told.marks())
      for (const field of entire || isRemoval ? ['', ...fields] : fields) {
        const before = this.#sent?.get(keyIn(ref, field));
        const done = edits?.get(field);
        // What is done to a list that was written whole is part of that.
        const isWritten = lane === WRITTEN || (!!done && !!before?.isWritten);
        const edit = done && !isWritten ? joined(before?.edit, done) : undefined;
        // What is not so is left out, since all of it is carried to the next run.
        this.#note({
          ref,
          field,
          number,
          isWritten: isWritten || undefined,
          isRemoval: isRemoval || undefined,
          edit,
        });
      }
  }

  /** The other end has seen every message up to a number. */
  seen(upTo: number): void {
    for (const [key, { number }] of this.#sent ?? []) if (number <= upTo) this.#sent?.delete(key);
  }

  /** Another workflow may be the home now: what was written here and perhaps not seen waits for that one. */
  waitIn(waiting: Outbox): void {
    for (const { ref, field, isWritten, isRemoval, edit } of this.#sent?.values() ?? []) {
      if (edit) waiting.editBefore(ref, new Map([[field, edit]]));
      if (!isWritten) continue;
      if (field) waiting.mark(ref, [field]);
      else if (isRemoval) waiting.remove(ref);
      else waiting.markEntire(ref);
    }
    this.clear();
  }

  clear(): void {
    this.#sent = undefined;
  }

  /** For continue-as-new. */
  carry(): CarriedUnseen {
    return [...(this.#sent?.values() ?? [])];
  }

  #note(sent: Sent): void {
    (this.#sent ??= new Map<string, Sent>()).set(keyIn(sent.ref, sent.field), sent);
  }
}

const keyIn = (ref: EntityRef, field: string): string => `${keyOf(ref)}:${field}`;
