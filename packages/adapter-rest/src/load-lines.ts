import type { LoadContext, Page } from '@stateful-workflow/core';
import { asked } from './ask';
import type { Harvest } from './harvest';
import { readLines } from './ndjson';
import type { RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RequestMaker } from './rest-request';

/** Records in one page of a load whose answer comes line by line. */
const BATCH = 1_000;

/** Loads a query whose answer has one record a line. It is read as it comes: a new attempt begins at its start. */
export async function* loadLines(
  requests: RequestMaker,
  harvest: Harvest,
  parts: RestParts,
  context: LoadContext<RestCursor>,
): AsyncGenerator<Page<RestCursor>> {
  const request = requests.make({}, harvest.params);
  const accept = { Accept: 'application/x-ndjson, application/jsonl' };
  const maxLineBytes = parts.maxResponseBytes;
  let name = '';
  const batches = parts.client.stream(
    asked(context, { ...request, headers: { ...accept, ...request.headers } }),
    (answer, chunks) => {
      harvest.answered(answer.headers);
      name = answer.request;
      return readLines(chunks, { request: name, maxLineBytes, batch: BATCH });
    },
  );
  for await (const batch of batches) {
    context.signal.throwIfAborted();
    context.metrics.count('http_pages');
    yield { ...(await harvest.take(batch, name)), complete: false };
  }
  const { since } = harvest;
  // Only now is it known that nothing broke off.
  yield { records: [], ...(since !== undefined && { cursor: { since } }), complete: harvest.isWhole };
}
