import {
  ApplicationFailure,
  defineQuery,
  setDefaultQueryHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow';
import type { StatefulWorkflowError } from '../contract/errors';
import type { WorkflowStatus } from '../contract/wire';
import { Refusals } from './refusals';

/**
 * The failure of a workflow that cannot begin. It can be asked still: the queries of what does not depend on that
 * answer, every other one and every update fail with what is wrong.
 */
export function refusedStart({ message, code }: StatefulWorkflowError): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(message, code);
  const refusals = new Refusals();
  refusals.add('start', failure);
  const status: WorkflowStatus = 'failed';
  setHandler(defineQuery('status'), () => status);
  setHandler(defineQuery('problem'), () => message);
  setHandler(defineQuery('rejectedSignals'), () => refusals.report);
  setHandler(defineQuery('sources'), () => ({}));
  setDefaultQueryHandler(() => {
    throw failure;
  });
  setDefaultUpdateHandler(() => {
    throw failure;
  });
  return failure;
}
