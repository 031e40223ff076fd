import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { checkApiUrl } from '../contract/api-url';
import { InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import {
  checkDelete,
  checkFinalStatus,
  checkReference,
  checkRefresh,
  checkRootData,
  checkUpdate,
} from '../contract/payloads';
import type { Envelope } from '../contract/hierarchy';
import {
  checkEnvelope,
  checkNotice,
  checkParentLink,
  checkSubscription,
  checkUnsubscription,
} from '../contract/subscription';
import type { ChangeSummary, RefreshResult, SourceInfo } from '../contract/wire';
import type { Ending } from '../hierarchy/parents';
import { sizeOf } from '../state/change-set';
import type { Session } from './session';
import type { SourceState } from './source-state';

/** Answers every signal, update and query of the wire contract. */
export function registerHandlers(session: Session): void {
  registerSignals(session);
  registerUpdates(session);
  registerQueries(session);
}

/**
 * Refuses signals whose name nobody handles, instead of letting them pile up. Call it after the workflow's
 * own handlers are set.
 */
export function refuseUnknownSignals(session: Session): void {
  setDefaultSignalHandler((name) => {
    session.refusals.add(
      name,
      new InvalidInputError('signal', 'is not one this workflow handles', 'Check the name'),
    );
  });
}

function registerSignals(session: Session): void {
  const on = (name: string, take: (payload: unknown, envelope: Envelope | undefined) => void): void => {
    // A signal has no caller to answer and must not fail the task: what is wrong with it is counted.
    setHandler(defineSignal<[unknown, unknown]>(name), (payload, envelope) => {
      try {
        take(payload, checkEnvelope(envelope));
      } catch (error) {
        session.refusals.add(name, error);
      }
    });
  };
  const { state, inbox, hierarchy } = session;
  on('apiToken', (payload, envelope) => {
    const apiToken = checkReference(payload);
    if (envelope !== undefined) hierarchy.parents.gave(envelope.from, { apiToken });
    session.setApiToken(apiToken, envelope?.via);
  });
  on('apiUrl', (payload, envelope) => {
    const apiUrl = checkApiUrl(payload);
    if (envelope !== undefined) hierarchy.parents.gave(envelope.from, { apiUrl });
    session.setApiUrl(apiUrl, envelope?.via);
  });
  on('update', (payload, envelope) => {
    const update = checkUpdate(payload);
    if (envelope !== undefined && update.data === undefined) session.receive(update, envelope);
    else session.changed(state.update(update), 'update');
  });
  on('delete', (payload, envelope) => {
    const removal = checkDelete(payload);
    if (envelope !== undefined && removal.data === undefined)
      session.receive({ deletions: removal.deletions }, envelope);
    else session.changed(state.delete(removal), 'delete');
  });
  on('data', (payload) => session.changed(state.setRoot(checkRootData(payload)), 'data'));
  on('refresh', (payload) => session.refresh(checkRefresh(payload)));
  on('subscribe', (payload) => hierarchy.subscribers.add(checkSubscription(payload)));
  on('unsubscribe', (payload) => hierarchy.subscribers.remove(checkUnsubscription(payload)));
  on('parent', (payload) => hierarchy.adopt(checkParentLink(payload)));
  on('child', (payload) => hierarchy.noticed(checkNotice(payload)));
  on('pause', () => {
    if (!session.paused) hierarchy.children.tell('pause');
    session.paused = true;
  });
  on('resume', () => {
    if (session.paused) {
      inbox.add('resume');
      hierarchy.children.tell('resume');
    }
    session.paused = false;
  });
  // A parent does not end a workflow that has another.
  const end = (how: Ending, envelope: Envelope | undefined): void => {
    if (envelope !== undefined && hierarchy.parents.has(envelope.from))
      hierarchy.parents.letGo(envelope.from, how);
    else session.end(how);
  };
  on('status', (payload, envelope) => end(checkFinalStatus(payload), envelope));
  on('cancel', (_, envelope) => end('cancelled', envelope));
  on('release', (_, envelope) => {
    if (envelope !== undefined) hierarchy.parents.letGo(envelope.from, undefined);
  });
}

function registerUpdates(session: Session): void {
  const refuse =
    <A extends unknown[]>(check: (...args: A) => void) =>
    (...args: A): void => {
      try {
        check(...args);
      } catch (error) {
        const { message } = error as Error;
        throw ApplicationFailure.nonRetryable(
          message,
          error instanceof StatefulWorkflowError ? error.code : 'INPUT_INVALID',
        );
      }
    };

  setHandler(
    defineUpdate<RefreshResult, [unknown]>('refresh'),
    (payload) => {
      const request = checkRefresh(payload);
      session.acceptDeletions(request);
      return loaded(session, () => session.refresh(request), false);
    },
    { validator: refuse((payload) => session.checkRefresh(checkRefresh(payload))) },
  );
  setHandler(
    defineUpdate<RefreshResult, [unknown]>('rotateToken'),
    (reference) => loaded(session, () => session.setApiToken(checkReference(reference)), true),
    { validator: refuse((reference) => void checkReference(reference)) },
  );
  setHandler(
    defineUpdate<ChangeSummary, [unknown]>('update'),
    (payload) => {
      const changes = session.state.update(checkUpdate(payload));
      session.changed(changes, 'update');
      return sizeOf(changes);
    },
    { validator: refuse((payload) => session.state.checkUpdate(checkUpdate(payload))) },
  );
}

/**
 * Asks for a load and waits until one that began afterwards has ended.
 *
 * @param overtakes whether the running load, if there is one, begins again because of it
 */
async function loaded(session: Session, ask: () => void, overtakes: boolean): Promise<RefreshResult> {
  const running = session.begun > session.done;
  // Before a continue-as-new that is overdue, waiters join the running load: were each to get one of its own,
  // a stream of them would put it off forever. So do those that arrive in the task that begins it.
  const joins =
    running && !overtakes && (session.isFull() || session.begunAt === workflowInfo().historyLength);
  if (!joins) ask();
  const wanted = session.begun + (joins ? 0 : 1);
  const isDone = (): boolean => session.done >= wanted;
  session.awaitingLoad++;
  try {
    await condition(() => isDone() || session.paused || session.ending !== undefined);
  } finally {
    session.awaitingLoad--;
  }
  if (isDone() && session.lastResult !== undefined) return session.lastResult;
  if (session.ending === undefined)
    return { outcome: 'skipped', changed: 0, checkedAt: new Date().toISOString() };
  throw ApplicationFailure.nonRetryable(
    `The workflow has ${session.ending} before the load was done.`,
    'WORKFLOW_ENDED',
  );
}

function registerQueries(session: Session): void {
  const answer = (name: string, give: () => unknown): void => setHandler(defineQuery(name), give);
  const { root, state } = session;
  answer('id', () => root.id);
  answer('entityName', () => root.name);
  answer('state', () => state.store.entities);
  answer('data', () => state.data ?? null);
  answer('status', () => session.status);
  answer('pendingChanges', () => session.pending.changes);
  answer('apiUrl', () => session.apiUrl ?? null);
  answer('apiToken', () => session.token);
  answer('sources', () =>
    Object.fromEntries([...session.sources].map(([name, source]) => [name, infoOf(session, source)])),
  );
  answer('children', () => session.hierarchy.children.infos);
  answer('managedPaths', () => session.hierarchy.children.managedPaths());
  answer('subscriptions', () => session.hierarchy.subscribers.infos);
  answer('rejectedSignals', () => session.refusals.report);
}

/** A source's own account, with when it is looked at next. */
function infoOf(session: Session, source: SourceState): SourceInfo {
  const { nextLoadAt } = session;
  return nextLoadAt === undefined
    ? source.info
    : { ...source.info, nextCheckAt: new Date(nextLoadAt).toISOString() };
}
