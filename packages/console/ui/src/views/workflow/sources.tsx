import type { Said } from '../../../../src/api/types';
import { act, session } from '../../api';
import { Ago, Empty, Outcome, Section, Until } from '../../components/parts';
import { say } from '../../components/toasts';
import { count } from '../../format';

type Source = Said['report']['sources'][string];

/** Where the data comes from, and how the last look went. */
export function Sources({ id, report }: { readonly id: string; readonly report: Said['report'] }) {
  const sources = Object.entries(report.sources);
  return (
    <Section title="Sources" aside={count(sources.length, 'source')}>
      {sources.length === 0 ? (
        <Empty title="It has no source">
          <p>It changes by signals, updates and its own code alone.</p>
        </Empty>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Sources">
          <table>
            <thead>
              <tr>
                <th>Source</th>
                <th>Last load</th>
                <th>Checked</th>
                <th>Changed</th>
                <th>Next</th>
              </tr>
            </thead>
            <tbody>
              {sources.map(([name, source]) => (
                <SourceRows key={name} id={id} name={name} source={source} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function SourceRows({
  id,
  name,
  source,
}: {
  readonly id: string;
  readonly name: string;
  readonly source: Source;
}) {
  const { adapter, lastOutcome, lastCheckedAt, lastChangedAt, nextCheckAt, watch, fedBy, delivered } = source;
  const notes = notesOf(source);
  const how =
    fedBy !== undefined ? `fed by ${delivered?.from ?? fedBy}` : watch !== undefined ? 'watched' : undefined;
  return (
    <>
      <tr>
        <th scope="row">
          {name}
          <small>{[adapter, how].filter(Boolean).join(' · ')}</small>
        </th>
        <td>
          <Outcome outcome={lastOutcome} />
        </td>
        <td>
          <Ago time={lastCheckedAt} />
        </td>
        <td>
          <Ago time={lastChangedAt} />
        </td>
        <td>
          {nextCheckAt === undefined && fedBy !== undefined ? 'by its feed' : <Until time={nextCheckAt} />}
        </td>
      </tr>
      {notes.length > 0 && (
        <tr class="note">
          <td colSpan={5}>
            {notes.map((note) => (
              <p key={note}>{note}</p>
            ))}
            {source.refusedSweep && !session.value?.about?.readOnly && (
              <button onClick={() => void accept(id, name)}>Accept these deletions</button>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

async function accept(id: string, source: string): Promise<void> {
  const { ok, said } = await act(id, { do: 'acceptDeletions', sources: [source] });
  say(ok, said);
}

function notesOf({ lastError, watch, refusedSweep, partialErrors = [], warning }: Source): string[] {
  const times = lastError && lastError.failures > 1 ? ` (${lastError.failures} times in a row)` : '';
  return [
    ...(lastError
      ? [`${lastError.kind}${times}: ${lastError.message.replace(/^Source "[^"]*" \([^)]*\): /, '')}`]
      : []),
    ...(watch?.failure !== undefined && lastError === undefined
      ? [`The last look failed: ${watch.failure}`]
      : []),
    ...(refusedSweep
      ? [`A sweep was refused: it would have removed ${refusedSweep.deletes} of ${refusedSweep.of} entities.`]
      : []),
    ...partialErrors.map(({ message }) => `Left out of the last load: ${message}`),
    ...(warning !== undefined ? [warning] : []),
  ];
}
