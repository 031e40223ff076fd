import type { LoadContext, Page } from '@stateful-workflow/core';
import { type HttpAnswerHead, HttpError, UnreadSigns } from '@stateful-workflow/http';
import { asked } from './ask';
import type { Harvest } from './harvest';
import { readLines } from './ndjson';
import type { RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import type { RequestMaker } from './rest-request';

/** Records in one page of a load whose answer comes line by line. */
const BATCH = 1_000;

/** Loads a query whose answer has one record a line. It is read as it comes: a new attempt begins at its start. */
export async function* loadLines(
  query: RestQuery,
  requests: RequestMaker,
  harvest: Harvest,
  parts: RestParts,
  context: LoadContext<RestCursor>,
): AsyncGenerator<Page<RestCursor>> {
  const request = requests.make({}, harvest.params);
  const accept = { Accept: 'application/x-ndjson, application/jsonl' };
  const maxLineBytes = parts.maxResponseBytes;
  let head: HttpAnswerHead | undefined;
  const batches = parts.client.stream(
    asked(context, { ...request, headers: { ...accept, ...request.headers } }),
    (answer, chunks) => {
      head = answer;
      harvest.answered(answer.headers);
      return readLines(chunks, { request: answer.request, maxLineBytes, batch: BATCH });
    },
  );
  for await (const batch of batches) {
    context.signal.throwIfAborted();
    context.metrics.count('http_pages');
    for (const harvested of await harvest.take(batch, head?.request ?? ''))
      yield { ...harvested, complete: false };
  }
  if (head !== undefined) checkEnd(head, query, harvest);
  harvest.finish();
  const { since } = harvest;
  // Only now is it known that nothing broke off.
  yield { records: [], ...(since !== undefined && { cursor: { since } }), complete: harvest.isWhole };
}

/**
 * Checks that the lines were all: that nobody speaks of further pages, and that they have an end. An answer without a
 * length, without chunks and without a compression that has an end of its own is over when the connection is: nobody
 * can tell whether the server was.
 *
 * @throws HttpError `truncated`; InvalidInputError where there are further pages
 */
function checkEnd({ headers, request }: HttpAnswerHead, query: RestQuery, { records }: Harvest): void {
  const unread = new UnreadSigns(query.ignoreSigns);
  unread.saw({ body: undefined, headers, records });
  unread.checkEnd({ read: { records, pages: 1 }, request, why: 'reads one answer line by line' });
  const chunked = /\bchunked\s*$/i.test(headers['transfer-encoding'] ?? '');
  if (query.unframed === true || headers['content-length'] !== undefined || chunked) return;
  // Of another name nothing is packed.
  if (/(^|,)\s*(x-gzip|gzip|deflate|br)\s*(,|$)/i.test(headers['content-encoding'] ?? '')) return;
  throw new HttpError(
    { type: 'body', problem: 'truncated' },
    `${request} answered with lines of unknown length, and the end of the connection does not prove that they were all. The load is tried again; if it stays so, have the server or the proxy before it send Content-Length or chunks (HTTP/1.1), or believe it with unframed: true.`,
  );
}
