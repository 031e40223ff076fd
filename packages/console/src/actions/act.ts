import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CredentialReference, Json, RefreshResult } from '@stateful-workflow/core';
import { type Keyring, StatefulHandle } from '@stateful-workflow/core/client';
import { describeExecution, faultKindOf, plainText } from 'stateful-workflow/internal';
import type { Action, ActionResult } from '../api/types';

/** How long a load may take, another answer, and what happens without one, in milliseconds. */
const LOAD_MS = 60_000;
const ANSWER_MS = 15_000;
const HAPPENS_MS = 10_000;
const ASK_MS = 100;

/** Does what a page asks of a workflow, and tells by what the workflow answered what came of it. */
export class Actor {
  readonly #client: Client;
  readonly #keyring: Keyring | undefined;

  /** @param keyring what tokens are sealed with; without it only references are taken */
  constructor(client: Client, keyring: Keyring | undefined) {
    this.#client = client;
    this.#keyring = keyring;
  }

  /** @throws what the typed client throws, with its sentence for a person */
  async act(workflowId: string, action: Action): Promise<ActionResult> {
    const handle = new StatefulHandle(
      this.#client,
      workflowId,
      this.#keyring && { seal: { keyring: this.#keyring } },
    );
    const isLoad = ['refresh', 'acceptDeletions', 'rotateToken', 'sealToken'].includes(action.do);
    try {
      const deadline = Date.now() + (isLoad ? LOAD_MS : ANSWER_MS);
      return await this.#client.withDeadline(deadline, () => this.#do(handle, action));
    } catch (error) {
      if (faultKindOf(error) !== 'timeout') throw error;
      return {
        ok: false,
        said: 'The workflow has not answered yet. See whether its workers run; what was asked may still happen.',
      };
    }
  }

  async #do(handle: StatefulHandle, action: Action): Promise<ActionResult> {
    switch (action.do) {
      case 'refresh':
        return loaded(await handle.refresh(action.sources && { sources: action.sources }), '');
      case 'acceptDeletions':
        return loaded(await handle.refresh({ acceptDeletions: action.sources }), 'Deletions accepted. ');
      case 'rotateToken':
        return loaded(await handle.rotateToken(action.reference as CredentialReference), 'Token rotated. ');
      case 'sealToken': {
        const { value, origins } = action;
        return loaded(await handle.rotateToken({ value, origins }), 'Token sealed and rotated. ');
      }
      case 'pause':
        await handle.pause();
        return this.#status(handle, 'paused');
      case 'resume':
        await handle.resume();
        return this.#status(handle, 'running');
      case 'cancel':
        return this.#cancel(handle);
      case 'roll':
        return this.#roll(handle);
      case 'setApiUrl':
        return this.#setApiUrl(handle, action.url);
      case 'edit': {
        const { entityName, id, field, value } = action;
        const updates = { [entityName]: { [id]: { [field]: value as Json } } };
        const { upserted } = await handle.update({ entityName, updates });
        return upserted > 0
          ? { ok: true, said: `${field} of ${entityName} ${id} was set.` }
          : { ok: true, said: `${field} of ${entityName} ${id} had that value already.` };
      }
      case 'startChild':
        return this.#startChild(handle, action.path, action.id);
      default:
        return action satisfies never;
    }
  }

  /** A question that is asked after a signal is answered after it. */
  async #status(handle: StatefulHandle, wanted: 'paused' | 'running'): Promise<ActionResult> {
    const status = await handle.temporal.query<string>('status');
    const isThere = (status === 'paused') === (wanted === 'paused');
    return isThere
      ? { ok: true, said: `The workflow says that it is ${status}. Its children follow.` }
      : {
          ok: false,
          said: `The workflow says that it is still ${status}: it may be that its parent has it pause.`,
        };
  }

  async #cancel(handle: StatefulHandle): Promise<ActionResult> {
    await handle.cancel();
    const closed = await until(
      async () => (await describeExecution(this.#client, handle.workflowId))?.closed,
    );
    return closed === undefined
      ? {
          ok: true,
          said: 'The cancellation was taken. The workflow has not ended yet; it lets its children end first.',
        }
      : { ok: closed.status === 'cancelled', said: `The workflow has ended: ${closed.status}.` };
  }

  async #roll(handle: StatefulHandle): Promise<ActionResult> {
    const before = (await describeExecution(this.#client, handle.workflowId))?.runId;
    await handle.roll();
    const after = await until(async () => {
      const now = await describeExecution(this.#client, handle.workflowId);
      return now?.runId === before ? undefined : now?.runId;
    });
    return after === undefined
      ? {
          ok: true,
          said: 'The workflow was asked to roll. It has not continued as new yet: something is under way.',
        }
      : { ok: true, said: `The workflow has continued as new: its run is ${after} now.` };
  }

  async #setApiUrl(handle: StatefulHandle, url: string): Promise<ActionResult> {
    const before = (await handle.rejectedSignals()).count;
    await handle.setApiUrl(url);
    const [now, { count, recent }] = [await handle.apiUrl(), await handle.rejectedSignals()];
    const refusal = count > before ? recent.at(-1)?.reason : undefined;
    return refusal === undefined
      ? { ok: true, said: `The workflow's sources are at ${plainText(now ?? 'no address')} now.` }
      : { ok: false, said: `The workflow refused it: ${plainText(refusal)}` };
  }

  async #startChild(handle: StatefulHandle, path: string, id: string): Promise<ActionResult> {
    const paths = await handle.managedPaths();
    const managed = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (managed === undefined)
      return {
        ok: false,
        said: `The workflow has no managed path of that name. It has: ${Object.keys(paths).join(', ') || 'none'}.`,
      };
    const entityName = await handle.temporal.query<string>('entityName');
    const rootId = await handle.temporal.query<string>('id');
    await handle.update({ entityName, id: rootId, add: { [path]: [{ id }] } });
    const child = await until(async () => {
      const found = (await handle.children()).find((each) => each.path === path && each.id === id);
      return found?.status === 'starting' ? undefined : found;
    });
    if (child === undefined)
      return {
        ok: true,
        said: `The item was added to ${path}. No child has started for it: see what starts one on that path.`,
      };
    return child.error === undefined
      ? { ok: true, said: `The child ${child.workflowId} is ${child.status}.` }
      : { ok: false, said: `The child ${child.workflowId} is ${child.status}: ${plainText(child.error)}` };
  }
}

function loaded(load: RefreshResult, before: string): ActionResult {
  const { outcome, changed, errors = {} } = load;
  const failures = Object.entries(errors).map(([source, message]) => plainText(`${source}: ${message}`));
  switch (outcome) {
    case 'failed':
      return { ok: false, said: `${before}The load failed. ${failures.join(' ')}`, load };
    case 'skipped':
      return { ok: true, said: `${before}The workflow is paused: it loads once it is resumed.`, load };
    case 'unchanged':
      return { ok: true, said: `${before}Loaded: nothing has changed.`, load };
    case 'changed':
      return {
        ok: true,
        said: `${before}Loaded: ${changed} ${changed === 1 ? 'entity has' : 'entities have'} changed.`,
        load,
      };
    default:
      return outcome satisfies never;
  }
}

/** Asks until there is an answer, but no longer than what happens without one may take. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = Date.now() + HAPPENS_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > end) return answer;
    await sleep(ASK_MS);
  }
}
