import type { Change, EntityChange } from '../../../../src/api/types';
import { Ago, Empty, Section, Value } from '../../components/parts';
import { count } from '../../format';

/** What changed while somebody looked, the last first, with what it was before. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <Section title="Recent changes" aside={changes.length > 0 ? count(changes.length, 'change') : undefined}>
      {changes.length === 0 ? (
        <Empty title="Nothing has changed since this page opened">
          <p>
            What changes from now on shows here: each field as it was and as it is, and the source that it
            came from.
          </p>
        </Empty>
      ) : (
        <ol class="changes">
          {changes.map((change) => (
            <li key={`${change.at} ${change.entities[0]?.id}`}>
              <header>
                <b>
                  {change.sources.length > 0
                    ? change.sources.join(', ')
                    : 'a signal, an update or its own code'}
                </b>
                <Ago time={change.at} />
              </header>
              {change.entities.map((entity) => (
                <EntityDiff key={`${entity.name} ${entity.id}`} entity={entity} />
              ))}
              {change.more > 0 && <p class="dim">and {count(change.more, 'more entity', 'more entities')}</p>}
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

const SIGN = { added: '+', removed: '−', changed: '~' } as const;

function EntityDiff({ entity: { name, id, kind, fields } }: { readonly entity: EntityChange }) {
  return (
    <div class={`diff ${kind}`}>
      <p>
        <span class="sign" aria-hidden="true">
          {SIGN[kind]}
        </span>
        <b>{name}</b> <code>{id}</code> <span class="dim">{kind}</span>
      </p>
      <table>
        <tbody>
          {fields.map(({ field, before, after }) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              <td>
                {before !== undefined && (
                  <del>
                    <Value value={before} />
                  </del>
                )}
                {before !== undefined && after !== undefined && (
                  <span class="arrow" aria-label="became">
                    →
                  </span>
                )}
                {after !== undefined && (
                  <ins>
                    <Value value={after} />
                  </ins>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
