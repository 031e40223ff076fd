import type { Checkpoint } from '../contract/adapter';
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

/**
 * Takes from a sweep whose list may have moved only what a second look confirms: a record that it misses and that the
 * sweep before had stays, and goes when the next one misses it, too. Where what the sweep before gave is not known any
 * more, nothing goes; the next sweep compares with this one. Until it is confirmed, nothing is left that would let the
 * next load be less than a sweep.
 */
export async function confirmed(
  content: Content,
  { entity, into, schema }: LoadRequest,
  context: AttemptContext,
  snapshots: SnapshotStore,
): Promise<Looked> {
  const before = context.checkpoint;
  if (!content.drifts || !content.complete || content.unchanged) return { content };
  if (into === undefined || before === undefined) return { content };
  const whole = content.written ?? canonical(content.entities);
  const { digest } = whole;
  // Twice the same: what it misses was missed twice.
  if (digest === before.swept || digest === before.digest) return { content, whole };
  const earlier = await sweptBefore(before, context, snapshots);
  const listOf = (entities: Entities): readonly string[] =>
    (own(own(own(entities, entity.name), entity.id), into) ?? []) as readonly string[];
  const ids = listOf(content.entities);
  const missing = earlier && missingFrom(ids, listOf(earlier));
  if (earlier !== undefined && missing?.size === 0) return { content, whole };
  await keep(whole, context, snapshots);
  if (earlier === undefined || missing === undefined)
    return {
      content: { ...content, complete: false, append: { field: into, ids }, checkpoint: {} },
      swept: digest,
    };
  const entities = table<Record<string, Fields>>();
  for (const [name, held] of Object.entries(content.entities)) Object.assign(inner(entities, name), held);
  const target = relationTarget(schema[entity.name]?.relations?.[into] as never);
  for (const id of missing) copyWith(entities, earlier, schema, target, id);
  const list = withMissing(ids, listOf(earlier), missing);
  const root = inner(entities, entity.name);
  root[entity.id] = { ...root[entity.id], [into]: list };
  return { content: { ...content, entities, written: undefined, checkpoint: {} }, swept: digest };
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

async function sweptBefore(
  { swept, digest = '' }: Checkpoint,
  context: AttemptContext,
  snapshots: SnapshotStore,
): Promise<Entities | undefined> {
  try {
    const text = await snapshots.get(swept ?? digest);
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
