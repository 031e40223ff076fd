import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { checkApiUrl } from '../contract/api-url';
import { checkDelivery } from '../contract/delivery';
import { InvalidInputError, type StatefulWorkflowError } from '../contract/errors';
import {
  checkDelete,
  checkEntityName,
  checkFinalStatus,
  checkId,
  checkRefresh,
  checkRootData,
  checkUpdate,
} from '../contract/payloads';
import { CANCEL_REQUESTED, type Envelope } from '../contract/hierarchy';
import { checkSelector } from '../contract/selector';
import type { RefreshRequest } from '../contract/wire';
import {
  checkEnvelope,
  checkNotice,
  checkParentLink,
  checkSubscription,
  checkUnsubscription,
} from '../contract/subscription';
import type { Ending } from '../hierarchy/host';
import type { Access } from '../hierarchy/parents';
import { sizeOf } from '../state/change-set';
import { entries, fromEntries, keys } from '../state/objects';
import { iso } from '../base/iso';
import { deliver } from './deliver';
import { DESCRIPTIONS } from './handler-descriptions';
import { loaded } from './loaded';
import { has } from '../base/patches';
import type { Session } from './session';
import { sendable } from './state-size';
import { UserCodeError } from '../hierarchy/user-code';

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

/** What each signal does. Tables of functions that are given the session: a workflow holds one closure for each name. */
const SIGNALS: {
  readonly [name: string]: (session: Session, payload: unknown, envelope?: Envelope) => void;
} = {
  apiToken(session, payload, envelope) {
    const apiToken = session.checkToken(payload);
    if (mayGive(session, envelope, { apiToken })) session.setApiToken(apiToken, envelope?.via);
  },
  apiUrl(session, payload, envelope) {
    const apiUrl = checkApiUrl(payload);
    if (mayGive(session, envelope, { apiUrl })) session.setApiUrl(apiUrl, envelope?.via);
  },
  update(session, payload, envelope) {
    const update = checkUpdate(payload);
    if (!envelope) session.guard?.checkUpdateSignal(update);
    if (envelope && !update.data) session.receive(update, envelope);
    else session.changed(session.hierarchy.exchange.update(update), 'update', originOf(update));
  },
  delete(session, payload, envelope) {
    const removal = checkDelete(payload);
    if (!envelope) session.guard?.checkDeleteSignal(removal);
    if (envelope && !removal.data) session.receive(removal, envelope);
    else session.changed(session.hierarchy.exchange.delete(removal), 'delete', originOf(removal));
  },
  data(session, payload) {
    const data = checkRootData(payload);
    session.guard?.checkUpdateSignal({ entityName: session.root.name, data, strategy: '$set' });
    session.changed(session.hierarchy.exchange.setRoot(data), 'data');
  },
  refresh(session, payload) {
    const request = requestIn(payload);
    session.acceptDeletions(request);
    session.refresh(request.sources);
  },
  feed: (session, payload) => deliver(session, checkDelivery(payload)),
  roll(session) {
    session.isToRoll = true;
  },
  subscribe(session, payload) {
    const asked = checkSubscription(payload);
    checkSelector(asked.selector, session.schema);
    session.hierarchy.subscribers.add(asked);
  },
  unsubscribe: ({ hierarchy }, payload) => hierarchy.subscribers.remove(checkUnsubscription(payload)),
  parent: ({ hierarchy, checkToken }, payload) =>
    hierarchy.adopt(checkParentLink(payload, undefined, checkToken)),
  child({ hierarchy }, payload, envelope) {
    const { children, exchange } = hierarchy;
    const notice = checkNotice(payload);
    if (notice.status !== 'stranger') {
      children.noticed(notice);
      if (notice.asks) hierarchy.asked(envelope);
    } else if (envelope?.link) exchange.receive({ do: 'stranger', from: envelope.from, link: envelope.link });
  },
  pause: (session, _, envelope) => pause(session, true, envelope),
  resume: (session, _, envelope) => pause(session, false, envelope),
  status: (session, payload, envelope) => end(session, checkFinalStatus(payload), envelope),
  cancel(session, payload, envelope) {
    if (envelope) session.isCancelRequested = payload === CANCEL_REQUESTED;
    end(session, 'cancelled', envelope);
  },
  release({ hierarchy }, _, envelope) {
    if (envelope) hierarchy.letGo(envelope, undefined);
  },
};

/** A workflow ends another only as one of its parents, and then not one that has others. */
function end(session: Session, how: Ending, envelope?: Envelope): void {
  if (envelope) session.hierarchy.letGo(envelope, how);
  else session.end(how);
}

/** What a `refresh` asks for. A run that began before sources could be named loads all of them. */
function requestIn(payload: unknown): RefreshRequest {
  const isNaming = typeof payload === 'object' && payload !== null && 'sources' in payload;
  return checkRefresh(isNaming && !has('namedSources') ? { ...payload, sources: undefined } : payload);
}

function pause(session: Session, isPaused: boolean, envelope?: Envelope): void {
  if (envelope) session.receive({ entityName: session.root.name }, envelope);
  else session.hierarchy.exchange.pause(isPaused);
}

/**
 * Whether a token or an address is to be taken: a client's, and a parent's. One that is a parent of the run before, or that
 * has not joined yet, says with its link what it gives; if it never joins, nobody would take back what it gave.
 */
const mayGive = (
  { hierarchy: { parents } }: Session,
  envelope: Envelope | undefined,
  access: Access,
): boolean => !envelope || parents.gave(envelope.from, access) || !has('parentsGive');

/** The workflow that a change came from, which does not hear of it again. */
const originOf = ({ changeOrigin }: { readonly changeOrigin?: string }): readonly string[] =>
  changeOrigin === undefined ? [] : [changeOrigin];

function registerSignals(session: Session): void {
  for (const name of keys(SIGNALS)) {
    // A signal has no caller to answer and must not fail the task: what is wrong with it is counted.
    const handle = (payload: unknown, envelope: unknown): void => {
      try {
        SIGNALS[name]?.(session, payload, checkEnvelope(envelope));
      } catch (error) {
        // The user's code is at fault, and not the signal.
        if (error instanceof UserCodeError) throw error;
        session.refusals.add(name, error);
      }
    };
    setHandler(defineSignal<[unknown, unknown]>(name), handle, { description: DESCRIPTIONS.signal[name] });
  }
}

/** An update: what is checked before it is taken, which leaves nothing in the history, and what it does. */
interface Update {
  readonly check: (session: Session, payload: unknown) => unknown;
  readonly take: (session: Session, payload: unknown) => unknown;
}

const UPDATES: { readonly [name: string]: Update } = {
  refresh: {
    check: (session, payload) => session.checkRefresh(checkRefresh(payload)),
    take(session, payload) {
      const request = accepted(requestIn, payload);
      session.acceptDeletions(request);
      return loaded(session, () => session.refresh(request.sources), false);
    },
  },
  rotateToken: {
    check: (session, payload) => session.checkNewToken(payload),
    take(session, payload) {
      const token = accepted(session.checkToken, payload);
      return loaded(session, () => session.setApiToken(token), true);
    },
  },
  update: {
    check({ state, guard }, payload) {
      const update = checkUpdate(payload);
      state.checkUpdate(update);
      guard?.checkUpdate(update);
    },
    take(session, payload) {
      const update = accepted(checkUpdate, payload);
      const changes = session.hierarchy.exchange.update(update);
      session.changed(changes, 'update', originOf(update));
      return sizeOf(changes);
    },
  },
};

/**
 * Reads what an update brings, which was checked before it was taken. A check that has become stricter since does not
 * refuse it on replay.
 */
function accepted<T>(check: (payload: unknown, field?: string) => T, payload: unknown): T {
  try {
    return check(payload);
  } catch (error) {
    if (workflowInfo().unsafe.isReplaying) return payload as T;
    throw error;
  }
}

function registerUpdates(session: Session): void {
  for (const [name, { check, take }] of entries(UPDATES))
    setHandler(defineUpdate<unknown, [unknown]>(name), (payload) => take(session, payload), {
      description: DESCRIPTIONS.update[name],
      validator(payload) {
        try {
          check(session, payload);
        } catch (error) {
          // The class's own word.
          if (error instanceof ApplicationFailure) throw error;
          const { message, code = 'INPUT_INVALID' } = error as Partial<StatefulWorkflowError>;
          throw ApplicationFailure.nonRetryable(message, code);
        }
      },
    });
}

const QUERIES: { readonly [name: string]: (session: Session, ...args: readonly unknown[]) => unknown } = {
  id: ({ root }) => root.id,
  entityName: ({ root }) => root.name,
  state: ({ state }) => state.store.entities,
  data: ({ state }) => state.data ?? null,
  dataOf: ({ state }, name, id) =>
    state.dataOf(checkEntityName(name, 'entityName'), checkId(id, 'id')) ?? null,
  provenanceOf({ state }, name, id) {
    const given = state.provenance(checkEntityName(name, 'entityName'), checkId(id, 'id'));
    return given.map(({ source, seenAt, changedAt }) => ({
      source,
      seenAt: iso(seenAt),
      changedAt: iso(changedAt),
    }));
  },
  status: ({ status }) => status,
  problem: ({ problems }) => problems.join(' ') || null,
  pendingChanges: ({ pending }) => pending.changes,
  apiUrl: ({ apiUrl }) => apiUrl ?? null,
  apiToken: ({ token }) => token,
  sources({ loading, loads, tokenWarning: warning }) {
    return fromEntries(
      loading.map(({ name, info, known, isFed }) => {
        const nextCheckAt = iso(known.retryAt ?? (isFed ? undefined : loads.nextAt));
        return [name, { ...info, nextCheckAt, warning }];
      }),
    );
  },
  ancestors: ({ hierarchy }) => hierarchy.exchange.line.slice(0, -1),
  children: ({ hierarchy }) => hierarchy.children.infos,
  managedPaths: ({ hierarchy }) => hierarchy.children.managedPaths(),
  subscriptions: ({ hierarchy }) => hierarchy.subscribers.infos,
  rejectedSignals: ({ refusals }) => refusals.report,
};

function registerQueries(session: Session): void {
  for (const name of keys(QUERIES))
    setHandler(
      defineQuery<unknown, unknown[]>(name),
      (...args) => sendable(`The answer to ${name}`, QUERIES[name]?.(session, ...args), session.mostBytes),
      { description: DESCRIPTIONS.query[name] },
    );
}

/** What every stateful workflow answers, by kind. */
export const HANDLER_NAMES = { signal: keys(SIGNALS), update: keys(UPDATES), query: keys(QUERIES) } as const;
