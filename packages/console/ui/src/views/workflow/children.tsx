import { useSignal } from '@preact/signals';
import type { ChildInfo } from '@stateful-workflow/core/client';
import type { Said } from '../../../../src/api/types';
import { get, workflowApi } from '../../api';
import { Ago, Badge, Empty, Section } from '../../components/parts';
import { rowOf } from '../../fleet-store';
import { count, number } from '../../format';
import { Link, workflowPath } from '../../router';
import { urgency } from '../../statuses';

/** How many children of one workflow are shown before somebody asks for more. */
const AT_FIRST = 100;

/** The workflows below it, as a tree that opens where somebody looks. */
export function Children({ said: { children, managedPaths } }: { readonly said: Said }) {
  return (
    <Section title="Children" aside={count(children.length, 'child', 'children')}>
      {children.length === 0 ? (
        <Empty title="It has no children">
          <p>
            {Object.keys(managedPaths).length === 0
              ? 'Its class has no managed paths.'
              : 'No item of its managed paths has a workflow. “Start a child” adds one.'}
          </p>
        </Empty>
      ) : (
        <Branch children={children} />
      )}
    </Section>
  );
}

function Branch({ children }: { readonly children: readonly ChildInfo[] }) {
  const shown = useSignal(AT_FIRST);
  const statusOf = ({ workflowId, status }: ChildInfo): string => rowOf(workflowId)?.status ?? status;
  const inOrder = children.toSorted((one, other) => urgency(statusOf(one)) - urgency(statusOf(other)));
  const more = inOrder.length - shown.value;
  return (
    <ul class="tree">
      {inOrder.slice(0, shown.value).map((child) => (
        <Twig key={`${child.path} ${child.workflowId}`} child={child} status={statusOf(child)} />
      ))}
      {more > 0 && (
        <li>
          <button onClick={() => (shown.value += 500)}>Show {number(Math.min(more, 500))} more</button>
        </li>
      )}
    </ul>
  );
}

function Twig({ child, status }: { readonly child: ChildInfo; readonly status: string }) {
  const { workflowId, path, error, lastSyncedAt } = child;
  const below = useSignal<readonly ChildInfo[] | string | undefined>(undefined);
  const isOpen = useSignal(false);
  const row = rowOf(workflowId);
  const toggle = (): void => {
    isOpen.value = !isOpen.value;
    if (!isOpen.value) return;
    get<{ readonly children: readonly ChildInfo[] }>(`${workflowApi(workflowId)}/children`)
      .then(({ children }) => (below.value = children))
      .catch(
        (failure: unknown) => (below.value = failure instanceof Error ? failure.message : String(failure)),
      );
  };
  return (
    <li>
      <div class="twig">
        <button
          class="plain fold"
          aria-expanded={isOpen}
          aria-label={`Children of ${workflowId}`}
          onClick={toggle}
        >
          {isOpen.value ? '▾' : '▸'}
        </button>
        <Link to={workflowPath(workflowId)}>{workflowId}</Link>
        <Badge status={status} />
        <span class="dim">{path}</span>
        <span class="dim figure">
          in step <Ago time={row?.checkedAt ?? lastSyncedAt} />
        </span>
        {(row?.reason ?? error) && <p class="reason">{row?.reason ?? error}</p>}
      </div>
      {isOpen.value &&
        (typeof below.value === 'string' ? (
          <p class="dim leaf">{below.value}</p>
        ) : below.value === undefined ? (
          <p class="dim leaf">Asking…</p>
        ) : below.value.length === 0 ? (
          <p class="dim leaf">It has no children.</p>
        ) : (
          <Branch children={below.value} />
        ))}
    </li>
  );
}
