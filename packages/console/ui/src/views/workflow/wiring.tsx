import type { Said } from '../../../../src/api/types';
import { Ago, Empty, Section } from '../../components/parts';
import { count } from '../../format';
import { Link, workflowPath } from '../../router';

/** Who hears of its changes, what starts children, and what it refused. */
export function Wiring({ said: { subscriptions, rejected, managedPaths } }: { readonly said: Said }) {
  const paths = Object.entries(managedPaths);
  return (
    <>
      <Section title="Subscriptions" aside={count(subscriptions.length, 'subscription')}>
        {subscriptions.length === 0 ? (
          <Empty title="Nobody subscribes to its changes">
            <p>
              A workflow that is to hear of them is named by the signal <code>subscribe</code>.
            </p>
          </Empty>
        ) : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Subscriptions">
            <table>
              <thead>
                <tr>
                  <th>Workflow</th>
                  <th>Hears</th>
                  <th>Of</th>
                  <th>Last sent</th>
                  <th>How</th>
                </tr>
              </thead>
              <tbody>
                {subscriptions.map(
                  ({ workflowId, subscriptionId, signalName, selector, lastSentAt, status, error }) => (
                    <tr key={`${workflowId} ${subscriptionId}`}>
                      <th scope="row">
                        <Link to={workflowPath(workflowId)}>{workflowId}</Link>
                        <small>{subscriptionId}</small>
                      </th>
                      <td>{signalName}</td>
                      <td>
                        <code>{selector}</code>
                      </td>
                      <td>
                        <Ago time={lastSentAt} />
                      </td>
                      <td>{error ?? status}</td>
                    </tr>
                  ),
                )}
              </tbody>
            </table>
          </div>
        )}
      </Section>
      <Section title="Managed paths" aside={count(paths.length, 'path')}>
        {paths.length === 0 ? (
          <Empty title="It has no managed path">
            <p>Items of a managed path each get a child workflow.</p>
          </Empty>
        ) : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Managed paths">
            <table>
              <thead>
                <tr>
                  <th>Path</th>
                  <th>Children</th>
                  <th>Credentials</th>
                  <th>Address</th>
                  <th>Loads</th>
                </tr>
              </thead>
              <tbody>
                {paths.map(
                  ([name, { workflowType, items, children, credentials, apiUrl, loads, autoStart }]) => (
                    <tr key={name}>
                      <th scope="row">
                        {name}
                        <small>{workflowType}</small>
                      </th>
                      <td>
                        {children} of {items}
                        {!autoStart && <small>started on demand</small>}
                      </td>
                      <td>{credentials}</td>
                      <td>{apiUrl}</td>
                      <td>{loads}</td>
                    </tr>
                  ),
                )}
              </tbody>
            </table>
          </div>
        )}
      </Section>
      <Section
        title="Refused signals"
        aside={rejected.count > 0 ? `${rejected.count} in its life` : undefined}
      >
        {rejected.recent.length === 0 ? (
          <Empty title="It has refused nothing">
            <p>A signal that cannot be used is dropped, counted, and shown here with the reason.</p>
          </Empty>
        ) : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Refused signals">
            <table>
              <thead>
                <tr>
                  <th>Signal</th>
                  <th>Why</th>
                  <th>When</th>
                </tr>
              </thead>
              <tbody>
                {rejected.recent.toReversed().map(({ signal, reason, at }, index) => (
                  <tr key={`${at} ${index}`}>
                    <th scope="row">{signal}</th>
                    <td class="wrap">{reason}</td>
                    <td>
                      <Ago time={at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Section>
    </>
  );
}
