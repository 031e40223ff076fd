import type { DataSourceAdapter } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';

/** Checks a query against the adapter's schema. @throws InvalidInputError `QUERY_INVALID` */
export async function checkQuery(adapter: DataSourceAdapter, query: unknown): Promise<unknown> {
  const checked = await adapter.querySchema['~standard'].validate(query);
  if (checked.issues === undefined) return checked.value;
  const issues = checked.issues.map((issue) => {
    const path = (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  const reason = `does not fit the adapter "${adapter.name}" (${issues.join('; ')})`;
  throw new InvalidInputError(
    'query',
    reason,
    "Correct the source's definition in the workflow",
    'QUERY_INVALID',
  );
}

/** Whether an adapter can say of a source when a look is worth it. */
export const givesHints = (adapter: DataSourceAdapter, query: unknown): boolean =>
  adapter.waitForHint !== undefined &&
  adapter.capabilities.watch === true &&
  adapter.hasHints?.(query) !== false;
