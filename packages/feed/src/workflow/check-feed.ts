import { InvalidInputError } from '@stateful-workflow/core/workflow';
import type { FeedOptions } from './feed-options';

/** @throws InvalidInputError that names what is wrong with the definition of a feed */
export function checkFeed(options: FeedOptions): void {
  const { name, source, into, start = 'missing', gone = 'complete', refresh, sweep } = options;
  need(
    /^[A-Za-z][A-Za-z0-9_]{0,199}$/.test(name),
    'name',
    'is not a name',
    "Give one such as 'CustomersFeed'",
  );
  need(
    typeof source?.adapter === 'string' && source.adapter !== 'feed',
    'source',
    'is not a source',
    "Give what an adapter's builder returns, such as rest({ path: '/customers', items: 'items' })",
  );
  for (const field of ['into', 'fedBy'] as const)
    need(
      source[field] === undefined,
      `source.${field}`,
      'means nothing for the collection of a feed',
      'Leave it out',
    );
  need(
    typeof into?.workflow === 'function' && typeof into.source === 'string',
    'into',
    'does not say whose workflows are fed, and which of their sources',
    "Give one such as { workflow: CustomerWorkflow, source: 'profile' }",
  );
  need(
    start === 'missing' || start === 'never' || typeof start === 'function',
    'start',
    'is none of the ways there are',
    "Give 'missing', 'never' or a function",
  );
  need(
    ['complete', 'cancel', 'tell', 'keep'].includes(gone),
    'gone',
    'is none of the ways there are',
    "Give 'complete', 'cancel', 'tell' or 'keep'",
  );
  need(
    refresh?.every !== undefined,
    'refresh.every',
    'is missing',
    "Give the time between looks: '10 seconds'",
  );
  need(
    sweep === undefined || sweep.every !== undefined,
    'sweep.every',
    'is missing',
    "Give one such as '1 day'",
  );
  need(
    [undefined, 'started', 'all'].includes(sweep?.removes),
    'sweep.removes',
    'is neither of the ways there are',
    "Give 'started' or 'all'",
  );
  const { maxDeleteRatio = 0.5, concurrency = 1, perSecond = 1 } = options;
  need(
    maxDeleteRatio >= 0 && maxDeleteRatio <= 1,
    'maxDeleteRatio',
    'is not a number from 0 to 1',
    'Give one such as 0.5',
  );
  need(
    Number.isInteger(concurrency) && concurrency > 0,
    'concurrency',
    'is not a whole number from 1',
    'Give one such as 20',
  );
  need(perSecond > 0, 'perSecond', 'is not a number above 0', 'Give one such as 200');
}

function need(holds: boolean, field: string, reason: string, fix: string): void {
  if (!holds) throw new InvalidInputError(field, reason, fix);
}
