import type { ComponentChildren } from 'preact';
import type { Detail } from '../../../../src/api/types';
import { session } from '../../api';
import { Ago, Section } from '../../components/parts';
import { bytes, number } from '../../format';

/** What else there is to know of a workflow. */
export function Facts({ detail }: { readonly detail: Detail }) {
  const { id, runId, taskQueue, startedAt, closedAt, events, bytes: size, said } = detail;
  const { temporalUi, namespace = '' } = session.value?.about ?? {};
  const link =
    temporalUi &&
    `${temporalUi}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}/${runId}`;
  const token = said?.token;
  return (
    <Section title="About it">
      <dl class="facts">
        {said && <Fact name="Entity">{`${said.entityName} ${said.entityId}`}</Fact>}
        {said && (
          <Fact name="Token">
            {token === undefined ? (
              <span class="dim">none</span>
            ) : (
              <>
                <code>{token.reference}</code>
                {token.fingerprint && <small>fingerprint {token.fingerprint}</small>}
              </>
            )}
          </Fact>
        )}
        {said && <Fact name="Address">{said.apiUrl ?? <span class="dim">its sources' own</span>}</Fact>}
        <Fact name="Task queue">{taskQueue}</Fact>
        <Fact name="Run">
          <code>{runId}</code>
          <small>
            began <Ago time={startedAt} />
          </small>
        </Fact>
        {closedAt && (
          <Fact name="Ended">
            <Ago time={closedAt} />
          </Fact>
        )}
        <Fact name="History">
          {number(events)} events, {bytes(size)}
        </Fact>
      </dl>
      {link && (
        <p class="more">
          <a href={link} target="_blank" rel="noreferrer">
            Open in Temporal's UI<span aria-hidden="true"> ↗</span>
          </a>
        </p>
      )}
    </Section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
