import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { checkApiUrl } from '../contract/api-url';
import { InvalidInputError, type StatefulWorkflowError } from '../contract/errors';
import {
  checkDelete,
  checkFinalStatus,
  checkRefresh,
  checkRootData,
  checkUpdate,
} from '../contract/payloads';
import { CANCEL_REQUESTED, type Envelope } from '../contract/hierarchy';
import { checkSelector } from '../contract/selector';
import {
  checkEnvelope,
  checkNotice,
  checkParentLink,
  checkSubscription,
  checkUnsubscription,
} from '../contract/subscription';
import type { Ending } from '../hierarchy/parents';
import { sizeOf } from '../state/change-set';
import { entries, fromEntries } from '../state/objects';
import { iso } from './iso';
import { loaded } from './loads';
import { has } from './patches';
import type { Session } from './session';
import { sendable } from './state-size';
import { UserCodeError } from './user-code';

/** Answers every signal, update and query of the wire contract. */
export function registerHandlers(session: Session): void {
  registerSignals(session);
  registerUpdates(session);
  registerQueries(session);
}

/**
 * Refuses signals whose name nobody handles, instead of letting them pile up, unless the class takes them all. Call it
 * after the workflow's own handlers are set.
 */
export function refuseUnknownSignals(session: Session): void {
  if (getActivator().defaultSignalHandler && has('interruptible')) return;
  setDefaultSignalHandler((name) => {
    session.refusals.add(
      name,
      new InvalidInputError('signal', 'is not one this workflow handles', 'Check the name'),
    );
  });
}

function registerSignals(session: Session): void {
  const { hierarchy } = session;
  const { parents, children, subscribers, exchange } = hierarchy;
  // A workflow ends another only as one of its parents, and then not one that has others.
  const end = (how: Ending, envelope?: Envelope): void => {
    if (envelope) hierarchy.letGo(envelope, how);
    else session.end(how);
  };
  const pause = (isPaused: boolean, envelope?: Envelope): void => {
    if (envelope) session.receive({ entityName: session.root.name }, envelope);
    else exchange.pause(isPaused);
  };
  const signals: Record<string, (payload: unknown, envelope?: Envelope) => void> = {
    apiToken(payload, envelope) {
      const apiToken = session.checkToken(payload);
      if (envelope) parents.gave(envelope.from, { apiToken });
      session.setApiToken(apiToken, envelope?.via);
    },
    apiUrl(payload, envelope) {
      const apiUrl = checkApiUrl(payload);
      if (envelope) parents.gave(envelope.from, { apiUrl });
      session.setApiUrl(apiUrl, envelope?.via);
    },
    update(payload, envelope) {
      const update = checkUpdate(payload);
      if (envelope && !update.data) session.receive(update, envelope);
      else session.changed(exchange.update(update), 'update', originOf(update));
    },
    delete(payload, envelope) {
      const removal = checkDelete(payload);
      if (envelope && !removal.data) session.receive(removal, envelope);
      else session.changed(exchange.delete(removal), 'delete', originOf(removal));
    },
    data: (payload) => session.changed(exchange.setRoot(checkRootData(payload)), 'data'),
    refresh(payload) {
      session.acceptDeletions(checkRefresh(payload));
      session.refresh();
    },
    subscribe(payload) {
      const asked = checkSubscription(payload);
      checkSelector(asked.selector, session.schema);
      subscribers.add(asked);
    },
    unsubscribe: (payload) => subscribers.remove(checkUnsubscription(payload)),
    parent: (payload) => hierarchy.adopt(checkParentLink(payload, undefined, session.checkToken)),
    child(payload, envelope) {
      const notice = checkNotice(payload);
      if (notice.status !== 'stranger') children.noticed(notice);
      else if (envelope?.link) exchange.receive({ do: 'stranger', from: envelope.from, link: envelope.link });
    },
    pause: (_, envelope) => pause(true, envelope),
    resume: (_, envelope) => pause(false, envelope),
    status: (payload, envelope) => end(checkFinalStatus(payload), envelope),
    cancel(payload, envelope) {
      if (envelope) session.isCancelRequested = payload === CANCEL_REQUESTED;
      end('cancelled', envelope);
    },
    release(_, envelope) {
      if (envelope) hierarchy.letGo(envelope, undefined);
    },
  };
  for (const [name, take] of entries(signals))
    // A signal has no caller to answer and must not fail the task: what is wrong with it is counted.
    setHandler(defineSignal<[unknown, unknown]>(name), (payload, envelope) => {
      try {
        take(payload, checkEnvelope(envelope));
      } catch (error) {
        // The user's code is at fault, and not the signal.
        if (error instanceof UserCodeError) throw error;
        session.refusals.add(name, error);
      }
    });
}

/** The workflow that a change came from, which does not hear of it again. */
const originOf = ({ changeOrigin }: { readonly changeOrigin?: string }): readonly string[] =>
  changeOrigin === undefined ? [] : [changeOrigin];

function registerUpdates(session: Session): void {
  const { state } = session;
  const update = <Result>(
    name: string,
    check: (payload: unknown) => unknown,
    take: (payload: unknown) => Result | Promise<Result>,
  ): void =>
    setHandler(defineUpdate<Result, [unknown]>(name), take, {
      validator(payload) {
        try {
          check(payload);
        } catch (error) {
          const { message, code = 'INPUT_INVALID' } = error as Partial<StatefulWorkflowError>;
          throw ApplicationFailure.nonRetryable(message, code);
        }
      },
    });
  update(
    'refresh',
    (payload) => session.checkRefresh(checkRefresh(payload)),
    (payload) => {
      session.acceptDeletions(checkRefresh(payload));
      return loaded(session, () => session.refresh(), false);
    },
  );
  update('rotateToken', session.checkNewToken, (reference) =>
    loaded(session, () => session.setApiToken(session.checkToken(reference)), true),
  );
  update(
    'update',
    (payload) => state.checkUpdate(checkUpdate(payload)),
    (payload) => {
      const update = checkUpdate(payload);
      const changes = session.hierarchy.exchange.update(update);
      session.changed(changes, 'update', originOf(update));
      return sizeOf(changes);
    },
  );
}

function registerQueries(session: Session): void {
  const { root, state, pending, refusals } = session;
  const { children, subscribers } = session.hierarchy;
  const queries: Record<string, () => unknown> = {
    id: () => root.id,
    entityName: () => root.name,
    state: () => state.store.entities,
    data: () => state.data ?? null,
    status: () => session.status,
    problem: () => session.problems.join(' ') || null,
    pendingChanges: () => pending.changes,
    apiUrl: () => session.apiUrl ?? null,
    apiToken: () => session.token,
    sources() {
      const warning = session.tokenWarning;
      return fromEntries(
        session.loading.map(({ name, info, known }) => {
          const nextCheckAt = iso(known.retryAt ?? session.nextLoadAt);
          return [name, { ...info, nextCheckAt, warning }];
        }),
      );
    },
    children: () => children.infos,
    managedPaths: () => children.managedPaths(),
    subscriptions: () => subscribers.infos,
    rejectedSignals: () => refusals.report,
  };
  for (const [name, answer] of entries(queries))
    setHandler(defineQuery(name), () => sendable(`The answer to ${name}`, answer(), session.mostBytes));
}
