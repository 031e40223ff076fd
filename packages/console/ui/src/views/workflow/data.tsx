import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ProvenanceInfo } from '@stateful-workflow/core/client';
import type { Said } from '../../../../src/api/types';
import { get, session, workflowApi } from '../../api';
import { Ago, Empty, Section, Value } from '../../components/parts';
import { number } from '../../format';
import { go, query, withQuery } from '../../router';
import { EditField } from './edit-field';

/** How many entities are shown before somebody asks for more. */
const AT_FIRST = 50;

/** All that it holds: the root entity as a whole, and each entity by itself with where it came from. */
export function Data({
  id,
  said,
  total,
}: {
  readonly id: string;
  readonly said: Said;
  readonly total: string;
}) {
  const isWhole = query.value.get('as') === 'json';
  return (
    <Section
      title="Data"
      aside={
        <span class="switch">
          <span>{total}</span>
          <button aria-pressed={!isWhole} onClick={() => go(withQuery({ as: undefined }))}>
            Entities
          </button>
          <button aria-pressed={isWhole} onClick={() => go(withQuery({ as: 'json' }))}>
            JSON
          </button>
        </span>
      }
    >
      {isWhole ? <Whole id={id} said={said} /> : <Entities id={id} said={said} />}
    </Section>
  );
}

function Whole({ id, said }: { readonly id: string; readonly said: Said }) {
  const data = useSignal<unknown>(undefined);
  const trouble = useSignal('');
  useEffect(() => {
    get<{ readonly data: unknown }>(`${workflowApi(id)}/data`)
      .then((answer) => (data.value = answer.data))
      .catch((error: unknown) => (trouble.value = error instanceof Error ? error.message : String(error)));
  }, [id, said.state]);
  if (trouble.value) return <p class="trouble">{trouble}</p>;
  return (
    <pre class="json" tabIndex={0} aria-label="The root entity as JSON">
      {data.value === undefined ? 'Asking…' : JSON.stringify(data.value, null, 2)}
    </pre>
  );
}

interface One {
  readonly name: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function Entities({ id, said }: { readonly id: string; readonly said: Said }) {
  const shown = useSignal(AT_FIRST);
  const find = query.value.get('find') ?? '';
  const isRoot = (one: One): boolean => one.name === said.entityName && one.id === said.entityId;
  const all = Object.entries(said.state).flatMap(([name, of]) =>
    Object.entries(of).map(([entityId, fields]): One => ({ name, id: entityId, fields })),
  );
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all
    .filter((one) => {
      if (words.length === 0) return true;
      const text = `${one.name} ${one.id} ${JSON.stringify(one.fields)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((one, other) => Number(isRoot(other)) - Number(isRoot(one)));
  if (all.length === 0)
    return (
      <Empty title="It holds nothing yet">
        <p>Its first load has not come. See its sources, or refresh it.</p>
      </Empty>
    );
  const more = found.length - shown.value;
  return (
    <>
      <label class="search">
        <span class="hidden">Search entities</span>
        <input
          type="search"
          placeholder="Search entities by name, id or value"
          value={find}
          onInput={({ currentTarget }) => go(withQuery({ find: currentTarget.value }), { replace: true })}
        />
      </label>
      {found.length === 0 && <p class="dim leaf">No entity is like that.</p>}
      <div class="entities">
        {found.slice(0, shown.value).map((one) => (
          <Entity key={`${one.name} ${one.id}`} id={id} one={one} isRoot={isRoot(one)} />
        ))}
      </div>
      {more > 0 && (
        <button onClick={() => (shown.value += 200)}>Show {number(Math.min(more, 200))} more</button>
      )}
    </>
  );
}

function Entity({ id, one, isRoot }: { readonly id: string; readonly one: One; readonly isRoot: boolean }) {
  const isOpen = useSignal(isRoot);
  const fields = Object.entries(one.fields);
  return (
    <details open={isRoot} onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>
        <b>{one.name}</b> <code>{one.id}</code>
        {isRoot && <span class="tag">root</span>}
        <span class="dim preview">{preview(one.fields)}</span>
      </summary>
      {isOpen.value && (
        <>
          <Provenance id={id} one={one} />
          <table class="fields">
            <tbody>
              {fields.map(([field, value]) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td>
                    <Value value={value} />
                  </td>
                  <td class="do">
                    {!session.value?.about?.readOnly && field !== 'id' && (
                      <EditField
                        id={id}
                        entityName={one.name}
                        entityId={one.id}
                        field={field}
                        value={value}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </details>
  );
}

const preview = (fields: One['fields']): string =>
  Object.entries(fields)
    .filter(([field, value]) => field !== 'id' && typeof value !== 'object')
    .slice(0, 3)
    .map(([field, value]) => `${field}: ${String(value)}`)
    .join(' · ');

/** Which sources give an entity, and since when. */
function Provenance({ id, one }: { readonly id: string; readonly one: One }) {
  const given = useSignal<readonly ProvenanceInfo[] | undefined>(undefined);
  useEffect(() => {
    const asked = new URLSearchParams({ entity: one.name, of: one.id });
    get<{ readonly provenance: readonly ProvenanceInfo[] }>(
      `${workflowApi(id)}/provenance?${asked.toString()}`,
    )
      .then(({ provenance }) => (given.value = provenance))
      // Workers of an earlier version do not know the question.
      .catch(() => (given.value = undefined));
  }, [id, one.fields]);
  if (given.value === undefined) return null;
  if (given.value.length === 0)
    return (
      <p class="provenance">No source gives it: a signal, an update or the workflow's own code wrote it.</p>
    );
  return (
    <p class="provenance">
      {given.value.map(({ source, seenAt, changedAt }) => (
        <span key={source}>
          from <b>{source}</b>, seen <Ago time={seenAt} />, changed <Ago time={changedAt} />
        </span>
      ))}
    </p>
  );
}
