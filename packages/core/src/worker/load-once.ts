import type { DataSourceAdapter, EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { LoadRequest } from '../contract/load';
import { isWellFormed } from '../contract/names';
import { checkQuery, givesHints } from './check-query';
import { concealed } from './concealed';
import { ContentBuilder } from './content';
import { checkWhole } from './expectations';
import { faultOf, isPassing } from './faults';
import type { Harness } from './harness';
import { keepPages, keptPages } from './kept-pages';
import type { AttemptContext } from './load-context';
import { resultOf } from './load-result';
import type { Found } from './parts';
import { confirmed, type IsThere } from './second-look';

/** Loads once: checks the query, adds up the pages, and tells what changed since the checkpoint. */
export async function loadOnce(
  adapter: DataSourceAdapter,
  request: LoadRequest,
  context: AttemptContext,
  harness: Harness,
): Promise<Found> {
  checkWellFormed(request.entity.id);
  const query = await checkQuery(adapter, request.query);
  context.isHinted = givesHints(adapter, query);
  await context.putBack();
  const before = await keptPages(request, context, harness);
  let builder: ContentBuilder | undefined;
  try {
    for await (const page of adapter.load(query, context)) {
      // Only now is it known whether the adapter goes on or begins anew.
      builder ??= (context.hasResumed ? before : undefined) ?? new ContentBuilder(request);
      builder.add(page);
      context.signal.throwIfAborted();
    }
  } catch (error) {
    const isWorthIt = context.signal.aborted || isPassing(faultOf(adapter, error));
    if (builder !== undefined && isWorthIt) await keepPages(builder, context, harness);
    throw error;
  }
  builder ??= new ContentBuilder(request);
  const misses = context.hasResumed && builder !== before;
  const built = builder.build(context.checkpoint?.cursor, misses);
  if (built.complete && !built.unchanged)
    checkWhole(built, builder.records, { ...request, checkpoint: context.before });
  // From here on nothing knows a secret of the source.
  const content = concealed(built, context);
  const isThere = adapter.isThere && ((entity: EntityRef) => adapter.isThere?.(query, entity, context));
  const looked = await confirmed(content, request, context, harness.snapshots, isThere as IsThere);
  return resultOf(looked, request, context, harness);
}

/** Half of a surrogate pair would be sent as another character, and the load be about somebody else. */
function checkWellFormed(id: string): void {
  if (!isWellFormed(id))
    throw new InvalidInputError(
      'id',
      'is not well-formed: it has half of a surrogate pair, which no source can be asked for',
      'Start the workflow with an id of whole characters',
    );
}
