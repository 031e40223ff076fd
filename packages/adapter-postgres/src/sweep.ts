import type { Page } from '@stateful-workflow/core';
import type { PostgresCursor } from './cursors';
import { beginSession, type LoadScope, readRecords } from './load-scope';
import { sweepStatement } from './statements';

/** Reads every row of a source, as of one moment. */
export async function* sweep(scope: LoadScope): AsyncGenerator<Page<PostgresCursor>> {
  const session = await beginSession(scope, 'snapshot');
  try {
    const statement = sweepStatement(scope.query, scope.context.entity);
    for await (const { records, isLast } of readRecords(scope, session, statement))
      yield { records, complete: isLast };
  } finally {
    await session.end();
  }
}
