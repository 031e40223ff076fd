import type { CredentialReference } from '@stateful-workflow/core';
import { credentialFor } from '@stateful-workflow/core/worker';
import { Context } from '@temporalio/activity';

const mutation = 'mutation ($id: ID!) { setStatus(id: $id, status: "escalated") { id } }';

/**
 * Marks a ticket as escalated at the support desk: what a workflow found out goes back to where its data came from.
 *
 * @param deskUrl the desk's endpoint, which the token has to be bound to
 * @throws Error when the desk does not answer, or does not take it
 */
export async function escalateTicket(id: string, deskUrl: string, token: CredentialReference): Promise<void> {
  const { secret } = await credentialFor(Context.current(), token, deskUrl);
  const response = await fetch(deskUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret.reveal()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: mutation, variables: { id } }),
    signal: Context.current().cancellationSignal,
  });
  const { data } = (await response.json()) as { data?: { setStatus: { id: string } | null } };
  if (!response.ok || !data?.setStatus)
    throw new Error(`The desk answered ${response.status} and did not escalate ticket ${id}.`);
}
