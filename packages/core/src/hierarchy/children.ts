import { condition } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { Ancestor, ChildInfo, ChildNotice, ManagedPathInfo } from '../contract/hierarchy';
import { MAX_ID } from '../contract/names';
import type { ChangeSet } from '../contract/wire';
import { identify } from '../state/identify';
import { forEach, own, table } from '../state/json';
import { fromEntries, keys } from '../state/objects';
import { isSame, keyOf } from '../state/refs';
import type { Session } from '../workflow/session';
import { has } from '../workflow/patches';
import { callUserCode } from '../workflow/user-code';
import { type CarriedChild, type Child, childOf, type Family } from './child';
import type { Exchange } from './exchange';
import { fieldsIn } from './fields-in';
import { idsOf, type Item, type ManagedPath } from './managed-path';
import type { Post } from './peer';
import { portionsOf } from './portions';
import { startTurns } from './start-turns';

/** {@link Children} as they travel through continue-as-new. */
export interface CarriedChildren {
  readonly paths: Readonly<Record<string, readonly CarriedChild[]>>;
}

/** Longest workflow id that Temporal takes. */
const LONGEST_WORKFLOW_ID = 1_000;

/** So many that were started by hand are remembered, besides those that are listed still. */
const MOST_ASKED = 1_000;

/** The children of a workflow: one for each item of its managed paths that gets one. */
export interface Children {
  readonly paths: readonly ManagedPath[];
  readonly infos: ChildInfo[];
  /** Whether this run has started so many that another has to go on. */
  readonly isFull: boolean;
  /** Takes on the children of the run before, and starts those that are missing. */
  begin(carried?: CarriedChildren): void;
  all(): Iterable<Child>;
  get(workflowId: string): Child | undefined;
  /** Something changed: other items may have children now, and what failed before may go well. */
  changed(changes: ChangeSet): void;
  /** What is made of an item for its child. */
  make(item: EntityRef): Item;
  /** Has every child that it concerns hear something other than a change. */
  tell(
    signal: string,
    payload?: unknown,
    via?: readonly string[],
    concerns?: (path: ManagedPath) => boolean,
  ): void;
  /** A child says how it is. */
  noticed(notice: ChildNotice): void;
  /** Starts the child of an item whose path does not start it by itself. @throws InvalidInputError */
  start(field: string, id: string): void;
  /** Stops every child, and waits until each has been told. */
  end(how: 'completed' | 'cancelled' | 'failed'): Promise<void>;
  managedPaths(): Record<string, ManagedPathInfo>;
  carry(): CarriedChildren;
}

/** @param onJoined a child has begun to run */
export function childrenOf(
  session: Session,
  post: Post,
  exchange: Exchange,
  paths: readonly ManagedPath[],
  onJoined: () => void,
): Children {
  const { root } = session;
  const { store } = session.state;
  const byId = new Map<string, Child>();
  const byItem = new Map<string, Child>();
  /** Items that are started by hand. */
  const asked = new Map<string, readonly [path: ManagedPath, id: string]>();
  const lookups = new Map<ManagedPath, readonly [list: unknown, ids: ReadonlySet<string>]>();
  /** Items that cannot have a child, and why. */
  const problems = new Map<string, ChildInfo>();
  let hasEnded = false;
  let mostAsked = MOST_ASKED;

  /** This workflow, or one above it, if the entity is its root. */
  const ancestorOf = ({ name, id }: EntityRef): Ancestor | undefined =>
    exchange.line.find((ancestor) => ancestor.entityName === name && ancestor.id === id);
  const listed = ({ field }: ManagedPath): readonly string[] =>
    idsOf(own(store.get(root.name, root.id), field));
  /** What follows from children that came and went, other than by a change. */
  const tidy = (): void => session.took(exchange.tidy());
  /** The same to look in, made once for a list however often that is. */
  const isListed = (path: ManagedPath, id: string): boolean => {
    const list = own(store.get(root.name, root.id), path.field);
    const known = lookups.get(path);
    if (known && known[0] === list) return known[1].has(id);
    const ids = new Set(idsOf(list));
    lookups.set(path, [list, ids]);
    return ids.has(id);
  };
  const all = (): Iterable<Child> => byId.values();

  const portions = portionsOf(session, exchange);
  const turns = startTurns();

  const family: Family = {
    post,
    exchange,
    turns,
    portions,
    joined: onJoined,
    left(child) {
      turns.end(child);
      exchange.outgoing.forget(child.workflowId);
      // Who has left may be followed by another one of its id.
      if (byId.get(child.workflowId) !== child) return;
      byId.delete(child.workflowId);
      byItem.delete(keyOf(child.item));
      // One of these may have waited for its workflow id.
      const waiting = new Set<string>();
      for (const { path, workflowId } of problems.values())
        if (workflowId === child.workflowId) waiting.add(path);
      for (const path of paths) if (waiting.has(path.field)) reconcile(path);
      tidy();
    },
  };

  /** @returns nothing when the item cannot have a child; that is reported */
  const make = (path: ManagedPath, item: EntityRef, carried?: CarriedChild): Child | undefined => {
    const { field, workflowType, entityName, idAttribute, includeParentId } = path;
    let id = carried?.id ?? item.id;
    let workflowId = '';
    try {
      const fields = store.get(item.name, item.id);
      if (!carried?.id && idAttribute && fields)
        id = identify(fields, { idAttribute }, () => `${item.name} ${item.id}`);
      if ((id.trim() === '' || id.length > MAX_ID) && has('usableIds'))
        throw new Error(
          `Its id is ${id.trim() === '' ? 'blank' : `longer than ${MAX_ID} characters`}. Name an idAttribute that gives it another one.`,
        );
      workflowId = `${entityName}-${id}${includeParentId ? `-${root.id}` : ''}`;
      if (workflowId.length > LONGEST_WORKFLOW_ID)
        throw new Error(
          `Its workflow id would be longer than ${LONGEST_WORKFLOW_ID} characters. Name a shorter idAttribute.`,
        );
      const other = byId.get(workflowId)?.item;
      if (other)
        throw new Error(
          `Its workflow id is that of ${other.name} ${other.id}. Name an idAttribute that tells them apart.`,
        );
    } catch (thrown) {
      const error = (thrown as Error).message;
      problems.set(keyOf(item), {
        workflowId,
        workflowType,
        entityName,
        id,
        path: field,
        status: 'failed',
        error,
      });
      return undefined;
    }
    const child = childOf(path, item, { name: entityName, id }, workflowId, family, carried);
    byId.set(workflowId, child);
    byItem.set(keyOf(item), child);
    // It has what it was told before; only what changes from now on is news.
    if (exchange.childOf(item)) exchange.remember(workflowId);
    else exchange.open(workflowId, item, !!path.processData);
    return child;
  };

  const isWanted = (
    { field, idAttribute, autoStart, condition: isMet }: ManagedPath,
    item: EntityRef,
  ): boolean => {
    const { name, id } = item;
    if (hasEnded || isSame(item, root)) return false;
    if (ancestorOf(item)) return false;
    // Without its entity the id of such an item is not known.
    if (idAttribute && !store.get(name, id)) return false;
    if (!autoStart && !asked.has(keyOf(item))) return false;
    if (!isMet) return true;
    const given = portions.itemOf(item);
    return callUserCode(`managedPaths.${field}.condition, for ${name} ${id},`, () => isMet(given)) ?? true;
  };

  const list = (path: ManagedPath, item: EntityRef): void => {
    const child = byItem.get(keyOf(item)) ?? make(path, item);
    if (!child) return;
    child.listedOn.add(path.field);
    if (!child.wanted) {
      exchange.open(child.workflowId, item, !!path.processData, false);
      child.recall();
    }
    child.sync();
  };

  const letGo = (child: Child, how: ManagedPath['onRemoved']): void => {
    exchange.close(child.workflowId);
    child.dismiss(how);
    child.sync();
  };

  const unlist = (child: Child, field: string): void => {
    if (!child.listedOn.delete(field) || child.listedOn.size > 0) return;
    letGo(child, child.path.onRemoved);
  };

  /** Compares what a path holds with the children there are. */
  const reconcile = (path: ManagedPath): void => {
    const { field, target: name } = path;
    const wanted = new Set(listed(path).filter((id) => isWanted(path, { name, id })));
    for (const child of all()) if (!wanted.has(child.item.id)) unlist(child, field);
    for (const [key, problem] of problems) if (problem.path === field) problems.delete(key);
    for (const id of wanted) list(path, { name, id });
  };

  /** An item changed: whether it gets a child is asked again. */
  const judge = (ref: EntityRef): void => {
    const key = keyOf(ref);
    for (const path of paths) {
      if (path.target !== ref.name || (!path.condition && !path.idAttribute)) continue;
      if (!isListed(path, ref.id)) continue;
      const child = byItem.get(key);
      problems.delete(key);
      if (isWanted(path, ref)) list(path, ref);
      else if (child) unlist(child, path.field);
    }
  };

  /** Whether the condition of a path may come to another answer, for items that did not change themselves. */
  const mayDecide = ({ target }: ManagedPath, { upserts, deletes }: ChangeSet): boolean => {
    const parts = portions.kindsIn(target);
    return [...keys(upserts), ...deletes.map(({ name }) => name)].some((name) => parts.has(name));
  };

  /** The children that an entity is the item of, or part of it, may go on where they failed. */
  const retry = (ref: EntityRef): void => {
    for (const workflowId of exchange.childrenWith(ref)) {
      const child = byId.get(workflowId);
      child?.retry();
      child?.sync();
    }
  };

  return {
    paths,
    all,
    get infos() {
      return [...[...all()].map(({ info }) => info), ...problems.values()];
    },
    get isFull() {
      return turns.areUsedUp;
    },
    begin({ paths: carried } = { paths: {} }) {
      for (const path of paths)
        for (const child of carried[path.field] ?? []) {
          const item = { name: path.target, id: child.item };
          if (child.asked) asked.set(keyOf(item), [path, item.id]);
          make(path, item, child);
        }
      for (const path of paths) reconcile(path);
      for (const child of all()) {
        if (child.listedOn.size === 0) letGo(child, child.path.onRemoved);
        child.sync();
      }
      tidy();
    },
    get: (workflowId) => byId.get(workflowId),
    changed(changes) {
      const rootFields = fieldsIn(changes, root);
      for (const path of paths)
        if (
          rootFields.includes(path.field) ||
          (path.condition && (rootFields.length > 0 || mayDecide(path, changes)))
        )
          reconcile(path);
      forEach(changes.upserts, (name, id) => {
        judge({ name, id });
        retry({ name, id });
      });
      for (const ref of changes.deletes) retry(ref);
    },
    make(item) {
      const path = byItem.get(keyOf(item))?.path;
      return path ? portions.make(path, item) : portions.itemOf(item);
    },
    tell(signal, payload, via = [], concerns = () => true) {
      for (const child of all()) {
        if (!concerns(child.path) || via.includes(child.workflowId)) continue;
        child.peer.tell(signal, payload, via);
        child.sync();
      }
    },
    noticed(notice) {
      const child = byId.get(notice.workflowId);
      child?.noticed(notice);
      child?.sync();
    },
    start(field, id) {
      const path = paths.find((known) => known.field === field);
      if (!path) throw notAPath(field, paths);
      if (!isListed(path, id))
        throw new InvalidInputError('id', `"${id}" is not an item of ${field}`, 'Add the item first');
      asked.set(keyOf({ name: path.target, id }), [path, id]);
      if (asked.size > mostAsked) {
        for (const [key, item] of asked) if (!isListed(...item)) asked.delete(key);
        mostAsked = asked.size + MOST_ASKED;
      }
      reconcile(path);
      tidy();
    },
    async end(how) {
      hasEnded = true;
      for (const child of all()) {
        const keeps = how === 'failed' && child.path.orphanPolicy === 'keep';
        letGo(child, how === 'completed' ? 'complete' : keeps ? 'keep' : 'cancel');
      }
      await condition(() => byId.size === 0);
    },
    managedPaths: () =>
      fromEntries(
        paths.map((path) => {
          const { field, workflowType, entityName, autoStart, credentials, apiUrl, loads } = path;
          const items = listed(path).length;
          const children = [...all()].filter((child) => child.listedOn.has(field)).length;
          return [
            field,
            { workflowType, entityName, autoStart, credentials, apiUrl, loads, items, children },
          ];
        }),
      ),
    carry() {
      const carried = table<CarriedChild[]>();
      for (const child of all())
        (carried[child.path.field] ??= []).push({
          ...child.carry(),
          asked: asked.has(keyOf(child.item)) || undefined,
        });
      return { paths: carried };
    },
  };
}

/** Of a workflow without managed paths: so it is for most of many, and they hold nothing for it. */
export const NO_CHILDREN: Children = {
  paths: [],
  infos: [],
  isFull: false,
  begin() {},
  all: () => [],
  get: () => undefined,
  changed() {},
  make: ({ id }) => ({ id }),
  tell() {},
  noticed() {},
  start(field) {
    throw notAPath(field, []);
  },
  async end() {},
  managedPaths: () => ({}),
  carry: () => ({ paths: {} }),
};

function notAPath(field: string, paths: readonly ManagedPath[]): InvalidInputError {
  const names = paths.map((path) => path.field).join(', ') || 'none';
  return new InvalidInputError('path', `"${field}" is not a managed path`, `Use one of ${names}`);
}
