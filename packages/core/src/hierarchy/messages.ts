import type { EntityRef } from '../contract/adapter';
import type { Envelope } from '../contract/hierarchy';
import type { Fields, Json } from '../contract/schema';
import type { DeletePayload, MergeStrategy, UpdatePayload } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { inner, own, setField, table } from '../state/json';
import type { Dirty } from './dirty';
import type { Stamps } from './stamps';

/** A signal to another workflow. */
export interface Message {
  readonly signal: string;
  readonly payload: unknown;
  readonly envelope: Envelope;
  /** About how large it is. */
  readonly bytes: number;
  /** The one entity whose fields it holds, where it is no more than one. */
  readonly only?: readonly [name: string, id: string, fields: true | ReadonlySet<string>];
}

/** One payload is at most this large, unless one entity is. */
const MOST_BYTES = 256_000;

/** What Temporal takes at most, less what is around it. */
export const MOST_PAYLOAD = 1_900_000;

/** Why something is not sent: were it, the workflow task would fail again and again. */
export const tooLarge = (bytes: number): Error =>
  new Error(
    `What is to be sent is ${bytes} bytes, and Temporal takes ${MOST_PAYLOAD}. Hold less in one entity, or have the child load it by itself.`,
  );

/** How many bytes something is as JSON; only about, where that is certainly less than Temporal takes. */
export function sizeOf(value: unknown): number {
  const text = JSON.stringify(value);
  return text.length * 3 < MOST_PAYLOAD ? text.length : new TextEncoder().encode(text).length;
}

/** Who sends. */
export interface Sender {
  readonly workflowId: string;
  readonly store: EntityStore;
  readonly stamps: Stamps;
}

/** Who is sent to. */
export interface Receiver {
  /** The entity that the messages are about. */
  readonly entityName: string;
  /** What the sender is to it. */
  readonly as?: 'child';
  /** How it takes in what it is sent. */
  readonly strategy?: MergeStrategy;
  /** How it calls an entity. */
  readonly rename?: (ref: EntityRef) => EntityRef;
  /** What it is told of instead of the sender's state. */
  readonly projection?: Pick<Sender, 'store' | 'stamps'>;
}

/**
 * Turns what somebody has not been told yet into signals, with the values as they are now. An entity that is gone
 * is taken away last, when nothing leads to it any more; one that came back, first.
 */
export function messagesOf(
  sender: Sender,
  dirty: Dirty,
  { entityName, as, strategy, rename = (ref) => ref, projection }: Receiver,
): Message[] {
  const { store, stamps } = projection ?? sender;
  const messages: Message[] = [];
  const from: Envelope = { from: sender.workflowId, ...(as && { as }) };
  const remove = (gone: readonly EntityRef[], timed = true): void => {
    if (gone.length === 0) return;
    const draft = new MessageDraft();
    const deletions = table<string[]>();
    for (const ref of gone) {
      const { name, id } = rename(ref);
      (deletions[name] ??= []).push(id);
      draft.at(name, id, '', stamps.removedAt(ref.name, ref.id));
    }
    const payload: DeletePayload = { entityName, deletions, changeOrigin: sender.workflowId };
    const message = draft.message('delete', payload, from);
    messages.push(timed ? message : { ...message, envelope: from });
  };
  let draft = new MessageDraft();
  let inDraft: NonNullable<Message['only']>[] = [];
  const flush = (): void => {
    if (draft.isEmpty) return;
    const { updates, unset } = draft;
    const payload: UpdatePayload = {
      entityName,
      updates,
      ...(Object.keys(unset).length > 0 && { unset }),
      ...(strategy && { strategy }),
      changeOrigin: sender.workflowId,
    };
    const [only, ...others] = inDraft;
    messages.push({
      ...draft.message('update', payload, from),
      ...(only && others.length === 0 && { only }),
    });
    draft = new MessageDraft();
    inDraft = [];
  };
  remove(dirty.gone.filter((ref) => dirty.has(ref)));
  for (const [name, id, fields] of dirty.fields()) {
    const held = store.get(name, id);
    if (held === undefined) continue;
    const part = new MessageDraft();
    part.add(rename({ name, id }), held, fields === true ? Object.keys(held) : fields, (field) =>
      stamps.of(name, id, field),
    );
    // One that is too large takes no other with it.
    if (draft.bytes + part.bytes > MOST_BYTES) flush();
    draft.join(part);
    inDraft.push([name, id, fields]);
  }
  flush();
  remove(dirty.gone.filter((ref) => !dirty.has(ref)));
  // It may be there still, for others: so there is no time when it was removed.
  remove(dirty.parted, false);
  return messages;
}

/** A payload being put together, and when each of its fields was written. */
class MessageDraft {
  readonly updates = table<Record<string, Fields>>();
  readonly unset = table<Record<string, string[]>>();
  bytes = 0;
  readonly #times: (readonly [name: string, id: string, field: string, at: number])[] = [];

  get isEmpty(): boolean {
    return this.#times.length === 0;
  }

  add(
    { name, id }: EntityRef,
    held: Fields,
    fields: Iterable<string>,
    when: (field: string) => number,
  ): void {
    const set: Record<string, Json> = {};
    for (const field of fields) {
      const value = own(held, field);
      if (value === undefined) (inner(this.unset, name)[id] ??= []).push(field);
      else setField(set, field, value);
      this.at(name, id, field, when(field));
    }
    inner(this.updates, name)[id] = set;
    this.bytes += JSON.stringify(set).length + id.length;
  }

  join(part: MessageDraft): void {
    const { updates, unset, bytes } = part;
    for (const [name, entities] of Object.entries(updates))
      Object.assign(inner(this.updates, name), entities);
    for (const [name, entities] of Object.entries(unset)) Object.assign(inner(this.unset, name), entities);
    this.#times.push(...part.#times);
    this.bytes += bytes;
  }

  at(name: string, id: string, field: string, at: number): void {
    this.#times.push([name, id, field, at]);
  }

  message(signal: string, payload: unknown, from: Envelope): Message {
    const latest = this.#times.reduce((most, [, , , at]) => Math.max(most, at), 0);
    const stamps = table<Record<string, Record<string, number>>>();
    for (const [name, id, field, at] of this.#times)
      if (at !== latest) (inner(stamps, name)[id] ??= table<number>())[field] = at;
    const envelope = { ...from, at: latest, ...(Object.keys(stamps).length > 0 && { stamps }) };
    return { signal, payload, envelope, bytes: sizeOf(payload) + 200 };
  }
}
