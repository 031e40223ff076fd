import type { EntityRef } from '../contract/adapter';
import { CANCEL_REQUESTED, type Envelope, type Word } from '../contract/hierarchy';
import type { DeletePayload, SubscribedUpdate, UpdatePayload } from '../contract/wire';
import { refsOf } from '../state/change-set';
import { table } from '../state/json';
import { keys } from '../state/objects';
import { type Content, split } from './parts';
import { CONTROL_BYTES, sizeOf } from './size';
import type { Tell } from './word';

/** A signal to another workflow. */
export interface Signal {
  readonly signal: string;
  readonly payload: unknown;
  readonly envelope: Envelope;
  /** About how large it is. */
  readonly bytes: number;
  /** The entity that it is about, where others go in signals of their own. */
  readonly ref?: EntityRef;
}

/** How a parent lets a child go. */
export const LEAVES = {
  complete: ['status', 'completed'],
  keep: ['release', undefined],
  cancel: ['cancel', undefined],
  /** The server cancels it as well: it ends in good order, and closes as the request comes. */
  request: ['cancel', CANCEL_REQUESTED],
} as const;

/** Turns what is told into signals: one, or as many as it is too large for. */
export function signalsOf(tell: Tell, entityName: string): Signal[] {
  const { from, link, number, seen, as, word, sources, shows, fills } = tell;
  const { entire, edits, offers, whole, kinds, asks, pauses } = tell;
  const told = { from, link, number, seen, as, entire, edits, offers, whole, kinds, asks, pauses };
  const parts = split({ word, sources, shows, fills });
  return parts.map(({ content, ref }, i): Signal => {
    const isLast = i === parts.length - 1;
    const part = parts.length > 1 ? ([i, parts.length] as const) : undefined;
    const base = isLast ? told : { from, link, number, seen, as };
    const { word: said = {}, ...others } = plain(content);
    const signal = signalOf({ entityName }, said, { ...base, ...others, part });
    return { ...signal, bytes: sizeOf([signal.payload, signal.envelope]) + CONTROL_BYTES, ref };
  });
}

/** What a payload says is mostly what one source gives. */
function plain({
  word,
  sources = {},
  ...others
}: Content): Omit<Content, 'sources'> & Pick<Envelope, 'source' | 'sources'> {
  const [source, ...more] = keys(sources);
  if (word || source === undefined)
    return { word, sources: source === undefined ? undefined : sources, ...others };
  const { [source]: said, ...left } = sources;
  return { word: said, source, sources: more.length > 0 ? left : undefined, ...others };
}

/** The signal that a word goes in. */
export function signalOf(
  base: Pick<UpdatePayload, 'entityName' | 'changeOrigin' | 'strategy'> &
    Partial<Pick<SubscribedUpdate, 'subscriptionIds'>>,
  { set = {}, unset = {}, deletes = [] }: Word,
  envelope: Envelope,
): Omit<Signal, 'bytes'> {
  const hasSet = keys(set).length > 0;
  if (!hasSet && deletes.length > 0)
    return { signal: 'delete', payload: { ...base, deletions: idsOf(deletes) }, envelope };
  const { pauses, sources, fills, part } = envelope;
  if (pauses !== undefined && !hasSet && !(sources ?? fills ?? part))
    return { signal: pauses ? 'pause' : 'resume', payload: undefined, envelope };
  const gone = keys(unset).length > 0 ? unset : undefined;
  return {
    signal: 'update',
    payload: { ...base, updates: set, unset: gone },
    envelope: deletes.length > 0 ? { ...envelope, deletes } : envelope,
  };
}

/** What a signal of another workflow of the hierarchy tells; nothing where it is none of a parent or a child. */
export function tellOf(
  { updates, unset, deletions }: Partial<UpdatePayload & DeletePayload>,
  { from, link, number, seen, source, deletes = [], part: _, via: __, ...told }: Envelope,
): Tell | undefined {
  if (link === undefined || number === undefined || seen === undefined) return undefined;
  const word: Word = { set: updates, unset, deletes: [...refsOf(deletions), ...deletes] };
  const tell = { do: 'tell', from, link, number, seen, ...told } as const;
  return source === undefined ? { ...tell, word } : { ...tell, sources: { ...told.sources, [source]: word } };
}

/** References, by the name of the entity. */
export function idsOf(refs: readonly EntityRef[]): Record<string, string[]> {
  const ids = table<string[]>();
  for (const { name, id } of refs) (ids[name] ??= []).push(id);
  return ids;
}
