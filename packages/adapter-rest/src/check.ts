import type { CheckResult, LoadContext } from '@stateful-workflow/core';
import { classify, type HttpClient, HttpError } from '@stateful-workflow/http';
import { requestUrl } from './request-url';
import type { RestCursor } from './rest-cursor';

/**
 * Asks the base address, or each of the adapter's own if there is none, and says what came back. An answer shows
 * that the API is reachable; only a 2xx shows that it is served, and a 401, 403 or 407 that the credential is
 * not accepted there. Whether a source's own path can be read is known only once it is loaded.
 */
export async function checkReachable(
  client: HttpClient,
  addresses: readonly string[],
  context: LoadContext<RestCursor>,
): Promise<CheckResult> {
  const targets = context.apiUrl === undefined ? addresses : [context.apiUrl];
  const results: CheckResult[] = [];
  for (const target of targets) results.push(await checkOne(client, target, context));
  return {
    ok: results.every(({ ok }) => ok),
    message: results.map(({ message }) => message).join(' '),
  };
}

async function checkOne(
  client: HttpClient,
  target: string,
  context: LoadContext<RestCursor>,
): Promise<CheckResult> {
  try {
    const { url, field } = requestUrl({ path: '/' }, { apiUrl: target, entity: context.entity });
    const answer = await client.request({
      url,
      field,
      headers: { Accept: '*/*' },
      signal: context.signal,
      credential: (origin) => context.credential(origin),
      conceal: (secret) => context.conceal?.(secret),
    });
    return { ok: true, message: `${answer.request} answered ${answer.status}.` };
  } catch (error) {
    context.signal.throwIfAborted();
    const { kind, message } = classify(error);
    if (!isReachable(error) || kind === 'unauthorized') return { ok: false, message };
    return {
      ok: true,
      message: `${message} So the API is reachable; whether the credential is accepted is known only once a source is loaded.`,
    };
  }
}

/** Whether an error shows an API that answers, if not with something for a source. */
function isReachable(error: unknown): boolean {
  if (!(error instanceof HttpError)) return false;
  const { failure } = error;
  return (
    failure.type === 'body' || (failure.type === 'status' && failure.status < 500 && failure.status !== 429)
  );
}
