import type { EntityRef } from '../contract/adapter';
import type { Envelope } from '../contract/hierarchy';
import type { Fields, Json } from '../contract/schema';
import type { DeletePayload, MergeStrategy, UpdatePayload } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { inner, own, setField, table } from '../state/json';
import { keys } from '../state/objects';
import type { Dirty } from './dirty';
import type { Stamps } from './stamps';

/** A signal to another workflow. */
export interface Message {
  readonly signal: string;
  readonly payload: unknown;
  readonly envelope: Envelope;
  /** About how large it is. */
  readonly bytes: number;
  /** Whose fields it holds. */
  readonly marked?: readonly Marked[];
}

/** An entity, and the fields of it that are told. */
export type Marked = readonly [name: string, id: string, fields: true | ReadonlySet<string>];

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

/** When a field was written, in the receiver's names. */
type Time = readonly [name: string, id: string, field: string, at: number];

/**
 * Turns what somebody has not been told yet into signals, with the values as they are now. An entity that is gone
 * is taken away last, when nothing leads to it any more; one that came back, first.
 */
export function messagesOf(
  { workflowId, ...sender }: Sender,
  dirty: Dirty,
  { entityName, as, strategy, rename = (ref) => ref, projection }: Receiver,
): Message[] {
  const { store, stamps } = projection ?? sender;
  const messages: Message[] = [];
  const from: Envelope = { from: workflowId, as };
  const base = { entityName, changeOrigin: workflowId };

  const add = (
    signal: string,
    payload: UpdatePayload | DeletePayload,
    envelope: Envelope,
    marked?: readonly Marked[],
  ): void => void messages.push({ signal, payload, envelope, bytes: sizeOf(payload) + 200, marked });
  const remove = (gone: readonly EntityRef[], isTimed = true): void => {
    if (gone.length === 0) return;
    const deletions = table<string[]>();
    const times = gone.map((ref): Time => {
      const { name, id } = rename(ref);
      (deletions[name] ??= []).push(id);
      return [name, id, '', stamps.removedAt(ref.name, ref.id)];
    });
    add('delete', { ...base, deletions }, isTimed ? timed(from, times) : from);
  };

  let updates = table<Record<string, Fields>>();
  let unset = table<Record<string, string[]>>();
  let times: Time[] = [];
  let marked: Marked[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (times.length === 0) return;
    const gone = keys(unset).length > 0 ? unset : undefined;
    add('update', { ...base, updates, unset: gone, strategy }, timed(from, times), marked);
    [updates, unset, times, marked, bytes] = [table(), table(), [], [], 0];
  };

  remove(dirty.gone.filter((ref) => dirty.has(ref)));
  for (const [name, id, fields] of dirty.fields()) {
    const held = store.get(name, id);
    if (!held) continue;
    const called = rename({ name, id });
    const set: Record<string, Json> = {};
    const gone: string[] = [];
    const written: Time[] = [];
    for (const field of fields === true ? keys(held) : fields) {
      const value = own(held, field);
      if (value === undefined) gone.push(field);
      else setField(set, field, value);
      written.push([called.name, called.id, field, stamps.of(name, id, field)]);
    }
    const size = JSON.stringify(set).length + called.id.length;
    // One that is too large takes no other with it.
    if (bytes + size > MOST_BYTES) flush();
    bytes += size;
    inner(updates, called.name)[called.id] = set;
    if (gone.length > 0) inner(unset, called.name)[called.id] = gone;
    times.push(...written);
    marked.push([name, id, fields]);
  }
  flush();
  remove(dirty.gone.filter((ref) => !dirty.has(ref)));
  // It may be there still, for others: so there is no time when it was removed.
  remove(dirty.parted, false);
  return messages;
}

/** Says when what is sent was written: one time, and those that differ. */
function timed(from: Envelope, times: readonly Time[]): Envelope {
  const at = times.reduce((most, [, , , time]) => Math.max(most, time), 0);
  const stamps = table<Record<string, Record<string, number>>>();
  for (const [name, id, field, time] of times)
    if (time !== at) (inner(stamps, name)[id] ??= table<number>())[field] = time;
  return { ...from, at, stamps: keys(stamps).length > 0 ? stamps : undefined };
}
