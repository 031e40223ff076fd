import { setTimeout as wait } from 'node:timers/promises';
import { UsageError } from '../errors';
import { explained } from '../explain';
import type { FleetFlags } from '../fleet/running';
import type { TextStream } from '../io';
import { plainText } from '../render/plain-text';
import { CommandContext, type CommonOptions } from './context';
import { list, type ListFlags } from './list';
import { tree } from './tree';

/** What is watched, and how. */
export interface WatchFlags extends FleetFlags, Pick<ListFlags, 'status'> {
  /** How many levels of a tree are shown. @default all */
  readonly depth?: number;
  /** From the end of one look to the next, in milliseconds. */
  readonly every: number;
  /** Looks once, and ends. */
  readonly once?: true;
}

/** Home, and nothing below: what is drawn next stands where the last stood. */
const redraw = '\u001b[H\u001b[J';

/** `watch`: keeps a fleet, or a workflow and its children, in view until it is interrupted. */
export async function watch(
  context: CommandContext,
  workflowId: string | undefined,
  { every, once, depth, ...fleet }: WatchFlags,
  options: CommonOptions,
): Promise<void> {
  if (workflowId !== undefined && Object.keys(fleetOf(fleet)).length > 0)
    throw new UsageError(
      'watch takes either the id of one workflow, or --type, --query and --status for a fleet.',
    );
  const look = (on: CommandContext): Promise<void> =>
    workflowId === undefined
      ? list(on, fleetOf(fleet))
      : tree(on, workflowId, { ...(depth !== undefined && { depth }) });
  if (once) return look(context);
  const { session, io } = context;
  if (io.stdout.isTTY !== true || options.json)
    throw new UsageError('watch redraws a terminal. For a script or a pipe, add --once.');
  const stopped = new AbortController();
  const letInterrupt = io.onInterrupt(() => stopped.abort());
  try {
    while (!stopped.signal.aborted) {
      const page = pageFor(io.stdout);
      try {
        await look(
          new CommandContext(session, { ...io, stdout: page, stderr: { write: () => {} } }, options),
        );
      } catch (error) {
        // A server that is gone may come back; a question that was wrong stays so.
        if (error instanceof UsageError) throw error;
        page.write(`${plainText(explained(error, session).message)}\n`);
      }
      io.stdout.write(`${redraw}${page.text}`);
      await wait(every, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  } finally {
    letInterrupt();
  }
}

/** The options of a fleet that were given. */
function fleetOf({ type, query, status }: FleetFlags & Pick<ListFlags, 'status'>): ListFlags {
  return { ...(type && { type }), ...(query && { query }), ...(status && { status }) };
}

/** A terminal that keeps what is written, so that a look is drawn at once. */
function pageFor({ columns }: TextStream): TextStream & { text: string } {
  return {
    isTTY: true,
    ...(columns !== undefined && { columns }),
    text: '',
    write(text) {
      this.text += text;
    },
  };
}
