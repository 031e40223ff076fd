import { StatefulWorkflowError } from '@stateful-workflow/core';
import { CliError } from './errors';
import { plainText } from './render/plain-text';
import type { Target } from './temporal/connection';
import { detailsOf, faultKindOf } from './temporal/fault';

/** The error for a workflow that is not there. */
export function workflowMissing(workflowId: string, { address, namespace }: Target): CliError {
  return new CliError(
    `There is no workflow "${plainText(workflowId)}" in namespace "${plainText(namespace)}" at ${address}. Check its id, --namespace and --address, or start it.`,
  );
}

/** Any error as one that says to a person what happened, why and what to do. */
export function explained(error: unknown, target: Target): CliError {
  if (error instanceof CliError) return error;
  return new CliError(plainText(explain(error, target)), { cause: error });
}

function explain(error: unknown, { address, namespace }: Target): string {
  const kind = faultKindOf(error);
  if (error instanceof StatefulWorkflowError && kind !== 'not-stateful') {
    return error.code === 'WORKFLOW_NOT_FOUND'
      ? workflowMissing(String(error.context['workflowId']), { address, namespace }).message
      : `${error.message} [${error.code}]`;
  }
  const details = detailsOf(error);
  switch (kind) {
    case 'no-namespace':
      return `There is no namespace "${namespace}" at ${address}. Name another with --namespace, TEMPORAL_NAMESPACE or --profile.`;
    case 'timeout':
      return `No answer from ${address} in time: ${details}. Wait longer with --timeout, or see whether the workers run.`;
    case 'not-permitted':
      return `${address} refused: ${details}. Check TEMPORAL_API_KEY, the TLS settings and the namespace "${namespace}", or choose another --profile.`;
    case 'server-gone':
      return `The Temporal server at ${address} went away: ${details}. Try again, or name another with --address.`;
    case 'encrypted':
      return `What the workflow says is encrypted: ${details}. Name the keyring that workers and clients share with --keyring or STATEFUL_WORKFLOW_KEYRING; with a codec of your own, look at it with Temporal's UI and your codec server.`;
    case 'not-stateful':
      return `This is no Stateful Workflow: ${details}. Check the workflow's id.`;
    case 'other':
      return details;
    default:
      return kind satisfies never;
  }
}
