import type { LoadRequest } from '../contract/load';
import { digestOf } from './canonical';
import { ContentBuilder, type KeptPages } from './content';
import type { Harness } from './harness';
import type { AttemptContext } from './load-context';

/**
 * Keeps the pages of an attempt that broke off where the next one finds them, if it runs on this worker or the workers
 * share their snapshots. Then it has all pages, and a source that makes a load wait is read to its end.
 */
export async function keepPages(
  builder: ContentBuilder,
  context: AttemptContext,
  { snapshots, maxLoadBytes }: Pick<Harness, 'snapshots' | 'maxLoadBytes'>,
): Promise<void> {
  if (!context.hasProgress) return;
  try {
    // A store is read by others than this worker.
    const text = JSON.stringify(context.concealment.data(builder.kept, 'the pages'));
    if (Buffer.byteLength(text) > maxLoadBytes) return;
    const digest = digestOf(text);
    await snapshots.set(keyOf(digest), text);
    context.keep(digest);
  } catch (error) {
    context.log.warn('The pages of a load could not be kept; the next attempt goes on without them', {
      error: String(error),
    });
  }
}

/** The pages that the attempt before kept, to go on from. */
export async function keptPages(
  request: LoadRequest,
  context: AttemptContext,
  { snapshots }: Pick<Harness, 'snapshots'>,
): Promise<ContentBuilder | undefined> {
  if (context.kept === undefined) return undefined;
  try {
    const text = await snapshots.get(keyOf(context.kept));
    return text === undefined ? undefined : new ContentBuilder(request, JSON.parse(text) as KeptPages);
  } catch (error) {
    context.log.warn('The pages of the attempt before could not be read', { error: String(error) });
    return undefined;
  }
}

const keyOf = (digest: string): string => `pages:${digest}`;
