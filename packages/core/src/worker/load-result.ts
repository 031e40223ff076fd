import type { Checkpoint, PartialError } from '../contract/adapter';
import { LoadError, StatefulWorkflowError } from '../contract/errors';
import type { LoadRequest, Patch } from '../contract/load';
import type { Entities } from '../contract/schema';
import { diffEntities } from '../state/diff';
import { equalJson } from '../state/json';
import { canonical } from './canonical';
import type { Content } from './content';
import type { Harness } from './harness';
import type { AttemptContext } from './load-context';
import type { Found } from './parts';
import { keep, type Looked } from './second-look';

/** What a load gives its workflow: that nothing changed, what changed since the checkpoint, or all. */
export async function resultOf(
  { content, swept, whole: known }: Looked,
  request: LoadRequest,
  context: AttemptContext,
  harness: Harness,
): Promise<Found> {
  const before = context.before;
  if (content.unchanged && before === undefined) {
    throw new LoadError(
      'The source answered "unchanged" to a load that had nothing to compare with. That is a bug of the adapter: report it.',
    );
  }
  const isWhole = content.complete && !content.unchanged;
  const whole = isWhole ? (known ?? content.written ?? canonical(content.entities)) : undefined;
  const digest = content.unchanged ? before?.digest : whole?.digest;
  const { partialErrors } = content;
  const nothing = !content.complete && isEmpty(content);
  const part = content.complete || content.unchanged || nothing ? undefined : partOf(content, partialErrors);
  const identified = content.identified || (!isWhole && before?.identified) || undefined;
  const checkpoint: Checkpoint = {
    ...content.checkpoint,
    ...(digest !== undefined && { digest }),
    ...(part !== undefined && { part }),
    ...(swept !== undefined && { swept }),
    ...(identified && { identified }),
    ...((content.checkpoint.validators ?? content.checkpoint.cursor ?? identified) !== undefined && {
      about: context.about,
    }),
    ...(context.isHinted && { hinted: true as const }),
    ...(context.fingerprint !== undefined && { credential: context.fingerprint }),
  };
  if (whole !== undefined) {
    checkSize(whole.text, harness.maxLoadBytes);
    await keep(whole, context, harness.snapshots);
  }
  const isSame =
    (digest !== undefined && digest === before?.digest) || (part !== undefined && part === before?.part);
  if (content.unchanged || nothing || isSame) {
    const kept = content.unchanged ? { ...before, ...checkpoint } : checkpoint;
    const isKept = equalJson(kept, before);
    return { result: { outcome: 'unchanged', ...(!isKept && { checkpoint: kept }) } };
  }
  const empty = isEmptied(content, request) ? { empty: context.fingerprint } : {};
  if (whole !== undefined && before?.digest !== undefined) {
    const changes = await changesSince(before.digest, content.entities, request, context, harness);
    if (changes !== undefined && JSON.stringify(changes).length < whole.text.length)
      return { result: { outcome: 'delta', changes, checkpoint, ...empty } };
  }
  return {
    result: {
      outcome: 'snapshot',
      entities: content.entities,
      complete: content.complete,
      ...(content.deletes.length > 0 && { deletes: content.deletes }),
      ...(content.append && { append: content.append }),
      ...(partialErrors.length > 0 && { partialErrors }),
      checkpoint,
      ...empty,
    },
    entities: whole,
  };
}

/** Whether a list that had been loaded has nothing in it now, where that may be a refusal. */
function isEmptied(
  { complete, entities }: Content,
  { entity, into, emptyIsError, checkpoint }: LoadRequest,
): boolean {
  if (into === undefined || !complete || checkpoint === undefined || emptyIsError === false) return false;
  const list = entities[entity.name]?.[entity.id]?.[into];
  return Array.isArray(list) && list.length === 0;
}

const isEmpty = ({ entities, deletes, partialErrors }: Content): boolean =>
  Object.keys(entities).length === 0 && deletes.length === 0 && partialErrors.length === 0;

/** Names what a load gave that is not all, so that a watch does not take the same for news at each look. */
function partOf({ entities, deletes, append }: Content, errors: readonly PartialError[]): string {
  return canonical({ entities, deletes, append, errors }).digest;
}

function checkSize(text: string, maxLoadBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxLoadBytes) return;
  throw new StatefulWorkflowError(
    'STATE_TOO_LARGE',
    `The source gave ${bytes} bytes of entities, more than maxLoadBytes (${maxLoadBytes}) lets a workflow hold. Narrow the query, or raise maxLoadBytes on the worker.`,
    { context: { bytes, maxLoadBytes } },
  );
}

async function changesSince(
  digest: string,
  entities: Entities,
  request: LoadRequest,
  context: AttemptContext,
  { snapshots }: Harness,
): Promise<Patch | undefined> {
  try {
    const text = await snapshots.get(digest);
    return text === undefined
      ? undefined
      : diffEntities(JSON.parse(text) as Entities, entities, request.schema, true);
  } catch (error) {
    context.log.warn('A kept snapshot could not be read; the change travels whole', { error: String(error) });
    return undefined;
  }
}
