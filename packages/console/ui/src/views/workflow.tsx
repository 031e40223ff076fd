import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Change, Detail, WorkflowMessage } from '../../../src/api/types';
import { hear, session, workflowApi } from '../api';
import { Badge, Empty, Notice } from '../components/parts';
import { count } from '../format';
import { Link, query, withQuery, workflowPath } from '../router';
import { lookOf } from '../statuses';
import { Actions } from './workflow/actions';
import { Changes } from './workflow/changes';
import { Children } from './workflow/children';
import { Data } from './workflow/data';
import { Facts } from './workflow/facts';
import { Sources } from './workflow/sources';
import { Wiring } from './workflow/wiring';

type Shown = { readonly detail: Detail; readonly changes: readonly Change[] } | 'missing' | undefined;

/** One workflow: what it holds, where that came from, and what can be done. */
export function WorkflowView({ id }: { readonly id: string }) {
  const shown = useSignal<Shown>(undefined);
  useEffect(
    () =>
      hear<WorkflowMessage>(`${workflowApi(id)}/events`, (message) => {
        if (message.kind === 'detail') shown.value = message;
        else if (message.kind === 'missing') shown.value = 'missing';
      }),
    [id],
  );
  const now = shown.value;
  if (now === undefined) return <main class="empty quiet">Asking {id}…</main>;
  if (now === 'missing')
    return (
      <main>
        <Empty title="There is no such workflow">
          <p>
            Namespace <code>{session.value?.about?.namespace}</code> has no workflow <code>{id}</code>. It may
            have ended long ago, or have another id. <Link to="/">See those that run</Link>
          </p>
        </Empty>
      </main>
    );
  return <Whole {...now} />;
}

/** What is wrong, and what to do; what is wrong with a source stands with the source. */
function What({ detail: { status, reason, said } }: { readonly detail: Detail }) {
  const { tone } = lookOf(status);
  const text = said === undefined ? reason : (said.report.problem ?? ADVICE[status]);
  if (text === undefined) return null;
  return <Notice tone={tone === 'bad' ? 'bad' : tone === 'wait' ? 'wait' : 'warn'}>{text}</Notice>;
}

const ADVICE: Readonly<Record<string, string | undefined>> = {
  unauthorized:
    'A source refuses the credential. The data stays as it was; “Rotate token” gives it another, and it loads at once.',
  degraded: 'A load failed. The last good data stays, and the workflow tries again by itself.',
  paused:
    'It is paused: it loads nothing and its execute() does not run until it is resumed. Signals are still taken in.',
};

const TABS = [
  ['', 'Overview'],
  ['data', 'Data'],
  ['children', 'Children'],
  ['wiring', 'Wiring'],
] as const;

function Whole({ detail, changes }: { readonly detail: Detail; readonly changes: readonly Change[] }) {
  const { id, status, type, reason, said } = detail;
  const tab = query.value.get('tab') ?? '';
  const entities = Object.values(said?.state ?? {}).reduce((sum, of) => sum + Object.keys(of).length, 0);
  const counts: Readonly<Record<string, number | undefined>> = {
    data: said && entities,
    children: said?.children.length,
    wiring: said && said.subscriptions.length + said.rejected.recent.length,
  };
  return (
    <main class="workflow">
      <nav class="crumbs" aria-label="Above it">
        <Link to="/">Fleet</Link>
        {said?.ancestors.map(({ workflowId }) => (
          <Link key={workflowId} to={workflowPath(workflowId)}>
            {workflowId}
          </Link>
        ))}
      </nav>
      <header class="title">
        <div>
          <h1>{id}</h1>
          <p>
            <Badge status={status} /> <span class="dim">{type}</span>
          </p>
        </div>
        <Actions detail={detail} />
      </header>
      <What detail={detail} />
      <nav class="tabs" aria-label="Parts">
        {TABS.map(([name, title]) => (
          <Link
            key={name}
            to={withQuery({ tab: name, find: undefined })}
            aria-current={tab === name ? 'page' : undefined}
          >
            {title}
            {counts[name] !== undefined && <small>{counts[name]}</small>}
          </Link>
        ))}
      </nav>
      {tab === '' && (
        <div class="overview">
          <div>
            {said && <Sources id={id} report={said.report} />}
            <Changes changes={changes} />
          </div>
          <Facts detail={detail} />
        </div>
      )}
      {tab !== '' && said === undefined && (
        <Empty title="It has not said what it holds">
          <p>{reason ?? 'It has ended, and no worker answers for it.'}</p>
        </Empty>
      )}
      {tab === 'data' && said && <Data id={id} said={said} total={count(entities, 'entity', 'entities')} />}
      {tab === 'children' && said && <Children said={said} />}
      {tab === 'wiring' && said && <Wiring said={said} />}
    </main>
  );
}
