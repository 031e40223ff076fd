import type { CredentialReference, RefreshResult } from '@stateful-workflow/core';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { CliError } from '../errors';
import { plainText } from '../render/plain-text';
import { faultKindOf } from '../temporal/fault';
import { WorkflowReader } from '../tree/read-workflow';
import type { CommandContext } from './context';
import { requireRunning } from './require-running';

/** A load may take a while, other than an answer. */
const patience = 60_000;

/** `refresh`: has a workflow load now, and prints what came of it. */
export function refresh(context: CommandContext, workflowId: string): Promise<void> {
  return load(context, workflowId, { what: 'load', done: '' }, (handle) => handle.refresh());
}

/**
 * `rotate-token`: gives a workflow another credential, and prints what came of the load that uses it.
 *
 * @param reference checked to be one before
 */
export function rotateToken(
  context: CommandContext,
  workflowId: string,
  reference: CredentialReference,
): Promise<void> {
  return load(context, workflowId, { what: 'rotate', done: 'token rotated, ' }, (handle) =>
    handle.rotateToken(reference),
  );
}

async function load(
  context: CommandContext,
  workflowId: string,
  { what, done }: { readonly what: string; readonly done: string },
  update: (handle: StatefulHandle) => Promise<RefreshResult>,
): Promise<void> {
  const { client } = context.session;
  const timeout = context.timeout(patience);
  const handle = new StatefulHandle(client, workflowId);
  let result: RefreshResult;
  try {
    result = await client.withDeadline(Date.now() + timeout, async () => {
      await requireRunning(context, workflowId, what);
      return update(handle);
    });
  } catch (error) {
    if (faultKindOf(error) !== 'timeout') throw error;
    throw new CliError(await noAnswer(context, workflowId, timeout), { cause: error });
  }
  if (result.outcome === 'failed') {
    context.print({ workflowId, ...result }, () => '');
    throw new CliError(
      `${plainText(workflowId)}: the load failed. ${errorsOf(result)} See \`status\`; a load is tried again at the next trigger.`,
    );
  }
  context.print({ workflowId, ...result }, () => `${plainText(workflowId)}: ${done}${outcomeOf(result)}\n`);
}

function outcomeOf({ outcome, changed }: RefreshResult): string {
  if (outcome === 'skipped') return 'it is paused and loads once it is resumed';
  if (outcome === 'unchanged') return 'nothing changed';
  return `${changed} ${changed === 1 ? 'entity' : 'entities'} changed`;
}

function errorsOf({ errors = {} }: RefreshResult): string {
  return Object.entries(errors)
    .map(([source, message]) => plainText(`${source}: ${message}`))
    .join(' ');
}

async function noAnswer({ session }: CommandContext, workflowId: string, timeout: number): Promise<string> {
  const { report, status, error } = await new WorkflowReader(session.client, 5_000).read(workflowId);
  const state =
    status === 'silent' ? `It ${error}` : `It is ${status ?? 'missing'}${error ? `: ${error}` : ''}`;
  const advice = report === undefined ? '' : ' Wait longer with --timeout, or see what `status` says.';
  return `The load of ${plainText(workflowId)} did not end in ${timeout / 1000} s. ${state}.${advice}`;
}
