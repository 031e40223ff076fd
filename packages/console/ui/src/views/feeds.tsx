import { useComputed } from '@preact/signals';
import type { Row } from '../../../src/api/types';
import { Badge } from '../components/parts';
import { duration, now, number } from '../format';
import { Link, workflowPath } from '../router';

/** The feeds of a fleet, with how far each is behind. */
export function Feeds({ rows }: { readonly rows: readonly Row[] }) {
  const feeds = rows.filter(({ feed }) => feed !== undefined);
  if (feeds.length === 0) return null;
  return (
    <section class="feeds" aria-label="Feeds">
      {feeds.map((row) => (
        <Feed key={row.id} row={row} />
      ))}
    </section>
  );
}

function Feed({ row: { id, status, checkedAt, feed, reason } }: { readonly row: Row }) {
  const lag = useComputed(() =>
    checkedAt === undefined ? 'not yet' : `${duration(now.value - Date.parse(checkedAt))}`,
  );
  if (feed === undefined) return null;
  const { delivered, gone, absent, refused, isBusy } = feed;
  return (
    <article class="feed">
      <header>
        <Link to={workflowPath(id)}>{id}</Link>
        <Badge status={status} />
      </header>
      <dl>
        <div>
          <dt>Lag</dt>
          <dd>{lag}</dd>
        </div>
        <div>
          <dt>Delivered</dt>
          <dd>{number(delivered)}</dd>
        </div>
        <div>
          <dt>Gone</dt>
          <dd>{number(gone)}</dd>
        </div>
        <div>
          <dt>Absent</dt>
          <dd>{number(absent)}</dd>
        </div>
        <div>
          <dt>Refused</dt>
          <dd class={refused > 0 ? 'bad' : ''}>{number(refused)}</dd>
        </div>
      </dl>
      {(isBusy || reason) && <p>{reason ?? 'Reading all of the source.'}</p>}
    </article>
  );
}
