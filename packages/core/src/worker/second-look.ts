import type { EntityRef } from '../contract/adapter';
import type { LoadRequest } from '../contract/load';
import {
  type Entities,
  type Fields,
  isMany,
  type Json,
  relationTarget,
  type Schema,
} from '../contract/schema';
import { inner, own, table } from '../state/json';
import { type Canonical, canonical } from './canonical';
import type { Content } from './content';
import type { AttemptContext } from './load-context';
import type { SnapshotStore } from './snapshots';

/** What of a sweep is taken in. */
export interface Looked {
  readonly content: Content;
  /** The content's entities, where that had to be found out. */
  readonly whole?: Canonical;
  /** Names what the sweep itself gave, where the next one has to confirm what it missed. */
  readonly swept?: string;
}

/** Says of an entity whether it is there; `undefined` where nobody can ask. */
export type IsThere = (entity: EntityRef) => Promise<boolean | undefined>;

/** Of more that a sweep missed, each is not asked for: the next sweep tells of all. */
const MAX_ASKED = 100;

/**
 * Takes from a sweep whose list may have moved only what a second look confirms: a record that it misses and that the
 * sweep before had stays, and goes when the next one misses it, too. Where what the sweep before gave is not known any
 * more, nothing goes; the next sweep compares with this one. Until it is confirmed, nothing is left that would let the
 * next load be less than a sweep. Where what is missing can be asked for by itself, that is the second look.
 */
export async function confirmed(
  content: Content,
  { entity, into, schema }: LoadRequest,
  context: AttemptContext,
  snapshots: SnapshotStore,
  isThere?: IsThere,
): Promise<Looked> {
  const before = context.checkpoint;
  if (!content.drifts || !content.complete || content.unchanged) return { content };
  if (into === undefined || before === undefined) return { content };
  const whole = content.written ?? canonical(content.entities);
  const { digest } = whole;
  if (digest === before.digest) return { content, whole };
  const listOf = (entities: Entities): readonly string[] =>
    (own(own(own(entities, entity.name), entity.id), into) ?? []) as readonly string[];
  const ids = listOf(content.entities);
  const target = relationTarget(schema[entity.name]?.relations?.[into] as never);
  /** The content with what is missing from it and was there before. */
  const completed = async (missing: ReadonlySet<string>, earlier: Entities): Promise<Looked> => {
    await keep(whole, context, snapshots);
    const entities = table<Record<string, Fields>>();
    for (const [name, held] of Object.entries(content.entities)) Object.assign(inner(entities, name), held);
    for (const id of missing) copyWith(entities, earlier, schema, target, id);
    const list = withMissing(ids, listOf(earlier), missing);
    const root = inner(entities, entity.name);
    root[entity.id] = { ...root[entity.id], [into]: list };
    return { content: { ...content, entities, written: undefined, checkpoint: {} }, swept: digest };
  };
  const taken = isThere && (await snapshotOf(before.digest, context, snapshots));
  const unread = taken && missingFrom(ids, listOf(taken));
  const there = isThere && unread && (await thereAmong(unread, target, isThere, context));
  if (taken !== undefined && there !== undefined)
    return there.size === 0 ? { content, whole } : await completed(there, taken);
  // Twice the same: what it misses was missed twice.
  if (digest === before.swept) return { content, whole };
  const earlier = await snapshotOf(before.swept ?? before.digest, context, snapshots);
  const missing = earlier && missingFrom(ids, listOf(earlier));
  if (earlier !== undefined && missing?.size === 0) return { content, whole };
  if (earlier !== undefined && missing !== undefined) return await completed(missing, earlier);
  await keep(whole, context, snapshots);
  return {
    content: { ...content, complete: false, append: { field: into, ids }, checkpoint: {} },
    swept: digest,
  };
}

/**
 * Those that are there of what a sweep missed.
 *
 * @returns `undefined` where that cannot be found out now
 */
async function thereAmong(
  ids: ReadonlySet<string>,
  name: string,
  isThere: IsThere,
  context: AttemptContext,
): Promise<ReadonlySet<string> | undefined> {
  if (ids.size > MAX_ASKED) return undefined;
  const there = new Set<string>();
  try {
    for (const id of ids) {
      const answer = await isThere({ name, id });
      context.signal.throwIfAborted();
      if (answer === undefined) return undefined;
      if (answer) there.add(id);
    }
    return there;
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warn('What a sweep missed could not be asked for by itself; the next sweep decides', {
      error: String(error),
    });
    return undefined;
  }
}

/** Keeps what a load gave. A store that fails costs a delta or a removal later, not this load. */
export async function keep(
  { text, digest }: Canonical,
  context: AttemptContext,
  snapshots: SnapshotStore,
): Promise<void> {
  try {
    if (!(await snapshots.has(digest))) await snapshots.set(digest, text);
  } catch (error) {
    context.log.warn('A snapshot could not be kept; the next change travels whole', { error: String(error) });
  }
}

async function snapshotOf(
  digest = '',
  context: AttemptContext,
  snapshots: SnapshotStore,
): Promise<Entities | undefined> {
  try {
    const text = await snapshots.get(digest);
    return text === undefined ? undefined : (JSON.parse(text) as Entities);
  } catch (error) {
    context.log.warn('A kept snapshot could not be read; nothing is removed by this sweep', {
      error: String(error),
    });
    return undefined;
  }
}

function missingFrom(ids: readonly string[], before: readonly string[]): ReadonlySet<string> {
  const given = new Set(ids);
  return new Set(before.filter((id) => !given.has(id)));
}

/** A list with what is missing from it put back, each after what it came after before. */
function withMissing(
  ids: readonly string[],
  before: readonly string[],
  missing: ReadonlySet<string>,
): readonly string[] {
  const given = new Set(ids);
  const after = new Map<string | undefined, string[]>();
  let anchor: string | undefined;
  for (const id of before) {
    if (missing.has(id)) after.set(anchor, [...(after.get(anchor) ?? []), id]);
    else if (given.has(id)) anchor = id;
  }
  return [undefined, ...ids].flatMap((id) => [...(id === undefined ? [] : [id]), ...(after.get(id) ?? [])]);
}

/** Copies an entity with those that hang from it, as they were; what is there already stays as it is. */
function copyWith(
  to: Record<string, Record<string, Fields>>,
  from: Entities,
  schema: Schema,
  name: string,
  id: string,
): void {
  const fields = own(own(from, name), id);
  if (fields === undefined || own(own(to, name), id) !== undefined) return;
  inner(to, name)[id] = fields;
  for (const [field, relation] of Object.entries(own(schema, name)?.relations ?? {})) {
    const value = own(fields, field);
    const ids: readonly (Json | undefined)[] = isMany(relation)
      ? ((value ?? []) as readonly Json[])
      : [value];
    for (const other of ids)
      if (typeof other === 'string') copyWith(to, from, schema, relationTarget(relation), other);
  }
}
