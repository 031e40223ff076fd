import {
  condition,
  type ExternalWorkflowHandle,
  getExternalWorkflowHandle,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { beganWith, has } from '../base/patches';
import { lookAside, looks } from './look';

/**
 * What a hierarchy has of Temporal, as one run has it. Handed in, so that specs run the parts of a hierarchy on a clock
 * and a server of their own.
 */
export interface Temporal {
  readonly workflowId: string;
  /** The first run of the workflow: another one of its id is another workflow. */
  readonly runId: string;
  readonly condition: typeof condition;
  readonly sleep: (ms: number) => Promise<void>;
  readonly startChild: typeof startChild;
  readonly workflowOf: (workflowId: string) => Pick<ExternalWorkflowHandle, 'signal' | 'cancel'>;
  readonly has: typeof has;
  /** Whether what is sent takes few turns of promises, as it has since runs have that change. */
  readonly isLean: boolean;
  readonly looks: typeof looks;
  readonly lookAside: typeof lookAside;
}

/** Temporal for the run that asks. */
export function temporalOfRun(): Temporal {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  const workflowOf = getExternalWorkflowHandle;
  const isLean = beganWith('leanWaits');
  return { workflowId, runId, condition, sleep, startChild, workflowOf, has, isLean, looks, lookAside };
}
