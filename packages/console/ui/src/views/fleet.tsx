import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Row } from '../../../src/api/types';
import { session } from '../api';
import { Ago, Badge, Empty, Until } from '../components/parts';
import { useNarrow, VirtualRows } from '../components/virtual-rows';
import { all, isSort, progress, type Sort, tally, wanted } from '../fleet-store';
import { bytes, count, number } from '../format';
import { go, Link, query, withQuery, workflowPath } from '../router';
import { lookOf, urgency } from '../statuses';
import { Feeds } from './feeds';

const COLUMNS: readonly (readonly [title: string, sort?: Sort])[] = [
  ['Workflow', 'id'],
  ['Status', 'urgency'],
  ['What is wrong'],
  ['Checked', 'stale'],
  ['Changed', 'changed'],
  ['Next'],
  ['History', 'history'],
];

/** All workflows: what needs a look comes first. */
export function FleetView() {
  const narrow = useNarrow();
  const text = query.value.get('q') ?? '';
  const status = query.value.get('status') ?? undefined;
  const type = query.value.get('type') ?? undefined;
  const asked = query.value.get('sort');
  const sort: Sort = isSort(asked) ? asked : 'urgency';
  const rows = useComputed(() => {
    const params = query.value;
    const by = params.get('sort');
    return wanted(all.value, {
      text: params.get('q') ?? '',
      ...(params.get('status') && { status: params.get('status') ?? '' }),
      ...(params.get('type') && { type: params.get('type') ?? '' }),
      sort: isSort(by) ? by : 'urgency',
    });
  }).value;
  const isFiltered = text !== '' || status !== undefined || type !== undefined;
  const far = progress.value;

  return (
    <main>
      <h1 class="hidden">Fleet</h1>
      <Statuses status={status} />
      <Feeds rows={all.value} />
      <div class="tools">
        <Search text={text} />
        <Types type={type} />
        <p class="tally" role="status">
          {far === undefined
            ? 'Connecting…'
            : `${isFiltered ? `${number(rows.length)} of ` : ''}${count(all.value.length, 'workflow')}`}
          {far !== undefined && far.read < far.running && ` · ${number(far.read)} read so far`}
          {far !== undefined && far.others > 0 && ` · ${count(far.others, 'other')} left out`}
        </p>
      </div>
      {rows.length === 0 ? (
        <Nothing isFiltered={isFiltered} />
      ) : (
        <div class="table fleet" role="table" aria-label="Workflows" aria-rowcount={rows.length + 1}>
          <div role="rowgroup">
            <div class="row head" role="row" aria-rowindex={1}>
              {COLUMNS.map(([title, by]) => (
                <div key={title} role="columnheader" aria-sort={by === sort ? 'ascending' : undefined}>
                  {by === undefined ? (
                    title
                  ) : (
                    <Link to={withQuery({ sort: by === 'urgency' ? undefined : by })}>
                      {title}
                      <span aria-hidden="true">{by === sort ? ' ↓' : ''}</span>
                    </Link>
                  )}
                </div>
              ))}
            </div>
          </div>
          <VirtualRows
            count={rows.length}
            height={narrow ? 76 : 44}
            row={(index, top) => {
              const row = rows[index];
              return row && <FleetRow key={row.id} row={row} index={index} top={top} />;
            }}
          />
        </div>
      )}
    </main>
  );
}

function FleetRow({ row, index, top }: { readonly row: Row; readonly index: number; readonly top: number }) {
  const { id, type, status, reason, checkedAt, changedAt, nextAt, events, bytes: size, fedBy } = row;
  return (
    <div class="row" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <div role="cell" class="name">
        <Link to={workflowPath(id)} title={id}>
          {id}
        </Link>
        <small>
          {type}
          {fedBy && ` · fed by ${fedBy}`}
        </small>
      </div>
      <div role="cell">
        <Badge status={status} />
      </div>
      <div role="cell" class="reason" title={reason}>
        {reason ?? ''}
      </div>
      <div role="cell" class="figure">
        <Ago time={checkedAt} />
      </div>
      <div role="cell" class="figure">
        <Ago time={changedAt} />
      </div>
      <div role="cell" class="figure">
        <Until time={nextAt} />
      </div>
      <div role="cell" class="figure" title={size === undefined ? '' : bytes(size)}>
        {events === undefined ? '–' : number(events)}
      </div>
    </div>
  );
}

/** How many there are of each status; each is a link that shows only these. */
function Statuses({ status }: { readonly status: string | undefined }) {
  const counts = tally(all.value, (row) => row.status).toSorted(
    ([one], [other]) => urgency(one) - urgency(other),
  );
  if (counts.length === 0) return null;
  const total = all.value.length;
  return (
    <nav class="statuses" aria-label="By status">
      <Link
        to={withQuery({ status: undefined })}
        class="count all"
        aria-current={status === undefined ? 'true' : undefined}
      >
        <b>{number(total)}</b> <span>all</span>
      </Link>
      {counts.map(([name, many]) => (
        <Link
          key={name}
          to={withQuery({ status: name === status ? undefined : name })}
          class={`count ${lookOf(name).tone}`}
          title={lookOf(name).means}
          aria-current={name === status ? 'true' : undefined}
        >
          <b>{number(many)}</b>{' '}
          <span>
            <span class="dot" aria-hidden="true" />
            {name}
          </span>
        </Link>
      ))}
    </nav>
  );
}

function Types({ type }: { readonly type: string | undefined }) {
  const types = tally(all.value, (row) => row.type).toSorted(([one], [other]) => one.localeCompare(other));
  if (types.length < 2) return null;
  return (
    <label class="field inline">
      <span class="hidden">Workflow type</span>
      <select
        value={type ?? ''}
        onChange={({ currentTarget }) => go(withQuery({ type: currentTarget.value }))}
      >
        <option value="">All types</option>
        {types.map(([name, many]) => (
          <option key={name} value={name}>
            {name} ({number(many)})
          </option>
        ))}
      </select>
    </label>
  );
}

function Search({ text }: { readonly text: string }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (
        event.key !== '/' ||
        (target instanceof HTMLElement && target.closest('input, textarea, select, dialog'))
      )
        return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <label class="search">
      <span class="hidden">Search workflows</span>
      <input
        ref={input}
        type="search"
        placeholder="Search by id, type, status or what is wrong"
        value={text}
        onInput={({ currentTarget }) => go(withQuery({ q: currentTarget.value }), { replace: true })}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const about = session.value?.about;
  if (progress.value === undefined) return <div class="empty quiet">Looking for workflows…</div>;
  if (isFiltered && all.value.length > 0)
    return (
      <Empty title="No workflow is like that">
        <p>
          <Link to="/">Show all {number(all.value.length)}</Link>
        </p>
      </Empty>
    );
  return (
    <Empty title="No Stateful Workflow runs here">
      <p>
        Nothing runs in namespace <code>{about?.namespace}</code> at <code>{about?.address}</code>
        {about?.taskQueue && (
          <>
            {' '}
            on task queue <code>{about.taskQueue}</code>
          </>
        )}
        {progress.value.others > 0 && `, but for ${count(progress.value.others, 'workflow')} of another kind`}
        . Start one, and it shows here by itself:
      </p>
      <pre>
        {`const customers = new StatefulClient(client, { workflow: 'CustomerWorkflow', taskQueue: 'crm' });
await customers.start({ id: 'c_42', apiUrl: 'https://crm.example.com', apiToken: 'secret:CRM_TOKEN' });`}
      </pre>
      <p>
        Is it elsewhere? Start the console with <code>--namespace</code>, <code>--address</code> or{' '}
        <code>--task-queue</code>.
      </p>
    </Empty>
  );
}
