import { condition } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { Ancestor, ChildInfo, ChildNotice, ManagedPathInfo } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { identify } from '../state/identify';
import { at, forEach, own, table } from '../state/json';
import { fromEntries, keys } from '../state/objects';
import { isSame, keyOf } from '../state/refs';
import type { Session } from '../workflow/session';
import { type CarriedChild, Child, type Family } from './child';
import { type CarriedDelegation, Delegation } from './delegation';
import { fieldsIn } from './fields-in';
import { idsOf, type ManagedPath } from './managed-path';
import type { Parents } from './parents';
import type { Post } from './peer';
import { Portions } from './portions';
import { Reach } from './reach';
import { StartTurns } from './start-turns';

/** {@link Children} as they travel through continue-as-new. */
export interface CarriedChildren {
  readonly paths: Readonly<Record<string, readonly CarriedChild[]>>;
  readonly delegated?: CarriedDelegation;
}

/** Longest workflow id that Temporal takes. */
const LONGEST_WORKFLOW_ID = 1_000;

/** The children of a workflow: one for each item of its managed paths that gets one. */
export class Children implements Family {
  readonly post: Post;
  readonly paths: readonly ManagedPath[];
  readonly turns = new StartTurns();
  readonly portions: Portions;
  /** Is called when a child has begun to run. */
  onJoined = (): void => {};
  #ended = false;
  readonly #session: Session;
  /** From the top of the hierarchy to this workflow. */
  readonly #line: readonly Ancestor[];
  readonly #parents: Parents;
  readonly #reach: Reach;
  readonly #byId = new Map<string, Child>();
  readonly #byItem = new Map<string, Child>();
  /** Children just made, before it is known which others there are. */
  readonly #fresh: Child[] = [];
  /** Items that are started by hand. */
  readonly #asked = new Set<string>();
  readonly #delegation: Delegation;
  /** Items that cannot have a child, and why. */
  readonly #problems = new Map<string, ChildInfo>();

  constructor(
    session: Session,
    post: Post,
    paths: readonly ManagedPath[],
    line: readonly Ancestor[],
    parents: Parents,
  ) {
    this.#session = session;
    this.post = post;
    this.paths = paths;
    this.#line = line;
    this.#parents = parents;
    // Whether an entity has a workflow of its own.
    const isHome = (ref: EntityRef): boolean => this.#byItem.has(keyOf(ref)) || !!this.#ancestorOf(ref);
    this.#reach = new Reach(post.store, isHome);
    this.#delegation = new Delegation(post);
    this.portions = new Portions(session, post, line, this.#reach, isHome);
  }

  /** Takes on the children of the run before, and starts those that are missing. */
  begin({ paths: carried, delegated }: CarriedChildren = { paths: {} }): void {
    for (const path of this.paths)
      for (const child of carried[path.field] ?? []) {
        const item = { name: path.target, id: child.item };
        if (child.asked) this.#asked.add(keyOf(item));
        this.#make(path, item, child);
      }
    this.#delegation.begin(delegated);
    for (const path of this.paths) this.#reconcile(path);
    this.#settleFresh();
    for (const child of this.all) {
      if (child.listedOn.size === 0) child.dismiss(child.path.onRemoved);
      child.sync();
    }
  }

  /** Whether this run has started so many that another has to go on. */
  get isFull(): boolean {
    return this.turns.areUsedUp;
  }

  get all(): Iterable<Child> {
    return this.#byId.values();
  }

  get infos(): ChildInfo[] {
    return [...[...this.all].map((child) => child.info), ...this.#problems.values()];
  }

  get(workflowId: string): Child | undefined {
    return this.#byId.get(workflowId);
  }

  /** Passes on what changed, to those whom it concerns but `from`. */
  changed(changes: ChangeSet, from?: string): void {
    if (this.paths.length === 0) return;
    const { known } = this.#delegation;
    const rootFields = fieldsIn(changes, this.#session.root);
    for (const path of this.paths)
      if (rootFields.includes(path.field) || (path.condition && this.#mayDecide(path, changes, rootFields)))
        this.#reconcile(path);
    const touched = new Set<Child>();
    const moved = new Set<Child>();
    const hears = (child: Child): boolean => child.workflowId !== from && !child.projection;
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const fields = fieldsIn(changes, ref);
      if (known.has(keyOf(ref))) this.#delegation.changed(ref, fields, from);
      const isMove = this.#reach.isMovedBy(changes, name, id);
      for (const child of this.#concerned(ref)) {
        touched.add(child);
        if (isMove) moved.add(child);
        if (hears(child)) child.peer.dirty.mark(name, id, fields);
      }
      this.#judge(ref);
    });
    for (const ref of changes.deletes)
      for (const child of this.#concerned(ref)) {
        touched.add(child);
        if (hears(child) && !isSame(child.item, ref)) child.peer.dirty.remove(ref);
      }
    for (const child of moved) this.#move(child, child.workflowId === from ? changes : undefined);
    for (const child of touched) {
      child.retry();
      // What the child said itself is not said back, whatever is made of it here.
      if (child.workflowId === from) this.portions.note(child);
      else this.portions.project(child);
      child.sync();
    }
  }

  /** Has every child that it concerns hear something other than a change. */
  tell(
    signal: string,
    payload?: unknown,
    via: readonly string[] = [],
    concerns: (path: ManagedPath) => boolean = () => true,
  ): void {
    for (const child of this.all) {
      if (!concerns(child.path) || via.includes(child.workflowId)) continue;
      child.peer.tell(signal, payload, via);
      child.sync();
    }
  }

  /** A child says how it is. */
  noticed(notice: ChildNotice): void {
    const child = this.get(notice.workflowId);
    child?.noticed(notice);
    child?.sync();
  }

  /** Starts the child of an item whose path does not start it by itself. @throws InvalidInputError */
  start(field: string, id: string): void {
    const { paths } = this;
    const path = paths.find((known) => known.field === field);
    if (!path) {
      const names = paths.map((known) => known.field).join(', ') || 'none';
      throw new InvalidInputError('path', `"${field}" is not a managed path`, `Use one of ${names}`);
    }
    if (!this.#listed(path).includes(id))
      throw new InvalidInputError('id', `"${id}" is not an item of ${field}`, 'Add the item first');
    this.#asked.add(keyOf({ name: path.target, id }));
    this.#reconcile(path);
  }

  /** Stops every child, and waits until each has been told. */
  async end(how: 'completed' | 'cancelled' | 'failed'): Promise<void> {
    this.#ended = true;
    for (const child of this.all) {
      const keeps = how === 'failed' && child.path.orphanPolicy === 'keep';
      child.dismiss(how === 'completed' ? 'complete' : keeps ? 'keep' : 'cancel');
      child.sync();
    }
    await condition(() => this.#byId.size === 0);
  }

  managedPaths(): Record<string, ManagedPathInfo> {
    return fromEntries(
      this.paths.map((path) => {
        const { field, workflowType, entityName, autoStart, credentials, apiUrl, loads } = path;
        const items = this.#listed(path).length;
        const children = [...this.all].filter((child) => child.listedOn.has(field)).length;
        return [field, { workflowType, entityName, autoStart, credentials, apiUrl, loads, items, children }];
      }),
    );
  }

  carry(): CarriedChildren {
    const paths = table<CarriedChild[]>();
    for (const child of this.all) {
      const asked = this.#asked.has(keyOf(child.item)) || undefined;
      (paths[child.path.field] ??= []).push({ ...child.carry(), asked });
    }
    return { paths, delegated: this.#delegation.carry() };
  }

  joined(child: Child, ran: boolean): void {
    this.onJoined();
    if (!ran) return;
    this.portions.tellAll(child);
    if (this.#session.paused) child.peer.tell('pause');
  }

  left(child: Child): void {
    this.turns.end(child);
    // Who has left may be followed by another one of its id.
    if (this.get(child.workflowId) !== child) return;
    this.#byId.delete(child.workflowId);
    this.#byItem.delete(keyOf(child.item));
    this.#reach.forget(child.item);
    // One of these may have waited for its workflow id.
    const waiting = new Set([...this.#problems.values()].map(({ path }) => path));
    for (const path of this.paths) if (waiting.has(path.field)) this.#reconcile(path);
  }

  /** Compares what a path holds with the children there are. */
  #reconcile(path: ManagedPath): void {
    const { field, target: name } = path;
    const wanted = new Set(this.#listed(path).filter((id) => this.#isWanted(path, { name, id })));
    for (const child of this.all) if (!wanted.has(child.item.id)) this.#unlist(child, field);
    for (const [key, problem] of this.#problems) if (problem.path === field) this.#problems.delete(key);
    for (const id of wanted) this.#list(path, { name, id });
    this.#settleFresh();
  }

  /** An item changed: whether it gets a child is asked again. */
  #judge(ref: EntityRef): void {
    const key = keyOf(ref);
    for (const path of this.paths) {
      if (path.target !== ref.name || (!path.condition && !path.idAttribute)) continue;
      if (!this.#listed(path).includes(ref.id)) continue;
      const child = this.#byItem.get(key);
      this.#problems.delete(key);
      if (this.#isWanted(path, ref)) this.#list(path, ref);
      else if (child) this.#unlist(child, path.field);
      this.#settleFresh();
    }
  }

  /** More entities have a workflow of their own: they are no part of another's item any more. */
  #settleFresh(): void {
    const fresh = new Set(this.#fresh.splice(0));
    const holders = new Set<Child>();
    for (const { item } of fresh)
      for (const key of this.#reach.itemsOf(item)) {
        const holder = this.#byItem.get(key);
        if (holder) holders.add(holder);
      }
    for (const holder of holders)
      if (fresh.has(holder)) this.#reach.update(holder.item);
      else {
        this.#move(holder, undefined);
        holder.sync();
      }
  }

  /** Whether the condition of a path may come to another answer, for items that did not change themselves. */
  #mayDecide(
    { target }: ManagedPath,
    { upserts, deletes }: ChangeSet,
    rootFields: readonly string[],
  ): boolean {
    if (rootFields.length > 0) return true;
    const parts = this.portions.kindsIn(target);
    return [...keys(upserts), ...deletes.map(({ name }) => name)].some((name) => parts.has(name));
  }

  #list(path: ManagedPath, item: EntityRef): void {
    const child = this.#byItem.get(keyOf(item)) ?? this.#make(path, item);
    if (!child) return;
    child.listedOn.add(path.field);
    if (!child.wanted) {
      child.wanted = true;
      this.portions.tellAll(child);
    }
    child.sync();
  }

  #unlist(child: Child, field: string): void {
    if (!child.listedOn.delete(field) || child.listedOn.size > 0) return;
    child.dismiss(child.path.onRemoved);
    child.sync();
  }

  #isWanted({ idAttribute, autoStart, condition: isMet }: ManagedPath, item: EntityRef): boolean {
    const { name, id } = item;
    if (this.#ended || isSame(item, this.#session.root)) return false;
    const ancestor = this.#ancestorOf(item);
    if (ancestor) {
      // A parent that wants to hear of it does so anyway.
      if (!this.#parents.hears(ancestor.workflowId, name)) this.#delegation.add(item, ancestor);
      return false;
    }
    // Without its entity the id of such an item is not known.
    if (idAttribute && !this.post.store.get(name, id)) return false;
    if (!autoStart && !this.#asked.has(keyOf(item))) return false;
    return isMet?.(this.portions.itemOf(item)) ?? true;
  }

  /** @returns nothing when the item cannot have a child; that is reported */
  #make(path: ManagedPath, item: EntityRef, carried?: CarriedChild): Child | undefined {
    const { field, workflowType, entityName, idAttribute, includeParentId } = path;
    let id = carried?.id ?? item.id;
    let workflowId = '';
    try {
      const fields = this.post.store.get(item.name, item.id);
      if (!carried?.id && idAttribute && fields)
        id = identify(fields, { idAttribute }, () => `${item.name} ${item.id}`);
      workflowId = `${entityName}-${id}${includeParentId ? `-${this.#session.root.id}` : ''}`;
      if (workflowId.length > LONGEST_WORKFLOW_ID)
        throw new Error(
          `Its workflow id would be longer than ${LONGEST_WORKFLOW_ID} characters. Name a shorter idAttribute.`,
        );
      const other = this.get(workflowId)?.item;
      if (other)
        throw new Error(
          `Its workflow id is that of ${other.name} ${other.id}. Name an idAttribute that tells them apart.`,
        );
    } catch (error) {
      const { message } = error as Error;
      const problem = {
        workflowId,
        workflowType,
        entityName,
        id,
        path: field,
        status: 'failed',
        error: message,
      };
      this.#problems.set(keyOf(item), problem as ChildInfo);
      return undefined;
    }
    const child = new Child(path, item, { name: entityName, id }, workflowId, this, carried);
    this.#byId.set(workflowId, child);
    this.#byItem.set(keyOf(item), child);
    this.#reach.update(item);
    this.#fresh.push(child);
    // It has what it was told before; only what changes from now on is news.
    if (carried) this.portions.note(child);
    return child;
  }

  /** The children that an entity is the item of, or part of it. */
  #concerned(ref: EntityRef): Child[] {
    return [keyOf(ref), ...this.#reach.itemsOf(ref)].flatMap((key) => {
      const child = this.#byItem.get(key);
      // One whose item goes is told nothing more: that went with it here, and may be there for another parent.
      return child?.wanted ? [child] : [];
    });
  }

  /** What is part of an item may be others now. */
  #move({ item, projection, peer }: Child, told: ChangeSet | undefined): void {
    const { added, removed } = this.#reach.update(item);
    if (projection) return;
    for (const { name, id } of added)
      if (this.post.store.get(name, id) && !at(told?.upserts, name, id)) peer.dirty.mark(name, id, true);
    // A child that said so itself knows.
    if (!told) for (const ref of removed) peer.dirty.part(ref);
  }

  #listed({ field }: ManagedPath): readonly string[] {
    const { name, id } = this.#session.root;
    return idsOf(own(this.post.store.get(name, id), field));
  }

  /** This workflow, or one above it, if the entity is its root. */
  #ancestorOf({ name, id }: EntityRef): Ancestor | undefined {
    return this.#line.find((ancestor) => ancestor.entityName === name && ancestor.id === id);
  }
}
