import type { CheckResult, Fault, LoadContext } from '@stateful-workflow/core';
import { HttpError } from '@stateful-workflow/http';
import type { GraphqlCursor } from './graphql-query';
import { Session, type Shared } from './session';

/**
 * Asks the API at the base address the least that every GraphQL API answers, with the credential at hand. Without a
 * base address it asks the registered origins whether they can be reached.
 */
export async function checkReachable(
  shared: Shared,
  addresses: readonly string[],
  classify: (error: unknown) => Fault,
  context: LoadContext<GraphqlCursor>,
): Promise<CheckResult> {
  const { apiUrl } = context;
  const targets = apiUrl === undefined ? addresses : [apiUrl];
  const results: CheckResult[] = [];
  for (const target of targets) {
    const session = new Session(shared, { document: '' }, { url: new URL(target), field: 'apiUrl' }, context);
    try {
      await session.ask([{ text: '{ __typename }', variables: {} }]);
      results.push({ ok: true, message: `${target} answers queries.` });
    } catch (error) {
      context.signal.throwIfAborted();
      const { kind, message } = classify(error);
      const answers = apiUrl === undefined && error instanceof HttpError && error.failure.type !== 'network';
      const ok = answers && (kind === 'gone' || kind === 'invalid' || kind === 'fatal');
      results.push({ ok, message });
    }
  }
  return {
    ok: results.every(({ ok }) => ok),
    message: results.map(({ message }) => message).join(' '),
  };
}
