import { condition } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { Ancestor, ChildInfo, ChildNotice, ManagedPathInfo, ParentLink } from '../contract/hierarchy';
import type { ChangeSet, StartInput } from '../contract/wire';
import { identify } from '../state/identify';
import { own, table } from '../state/json';
import type { Session } from '../workflow/session';
import { type CarriedChild, Child, type Family } from './child';
import { type CarriedDelegation, Delegation } from './delegation';
import { keyOf } from './dirty';
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
  readonly #turns = new StartTurns();
  /** Children just made, before it is known which others there are. */
  readonly #fresh: Child[] = [];
  /** Items that are started by hand. */
  readonly #asked = new Set<string>();
  readonly #delegation: Delegation;
  readonly #portions: Portions;
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
    this.#reach = new Reach(post.store, (ref) => this.#isHome(ref));
    this.#delegation = new Delegation(post);
    this.#portions = new Portions(session, post, line, this.#reach, (ref) => this.#isHome(ref));
  }

  /** Takes on the children of the run before, and starts those that are missing. */
  begin({ paths: carried, delegated }: CarriedChildren = { paths: {} }): void {
    for (const path of this.paths)
      for (const child of carried[path.field] ?? []) {
        if (child.asked) this.#asked.add(keyOf({ name: path.target, id: child.item }));
        this.#make(path, { name: path.target, id: child.item }, child);
      }
    this.#delegation.begin(delegated);
    for (const path of this.paths) this.#reconcile(path);
    this.#settleFresh();
    for (const child of this.#byId.values()) {
      if (child.listedOn.size === 0) child.dismiss(child.path.onRemoved);
      child.sync();
    }
  }

  /** Whether this run has started so many that another has to go on. */
  get isFull(): boolean {
    return this.#turns.areUsedUp;
  }

  get all(): Iterable<Child> {
    return this.#byId.values();
  }

  get infos(): ChildInfo[] {
    return [...[...this.#byId.values()].map((child) => child.info), ...this.#problems.values()];
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
    for (const [name, entities] of Object.entries(changes.upserts)) {
      for (const id of Object.keys(entities)) {
        const ref = { name, id };
        const fields = fieldsIn(changes, ref);
        if (known.has(keyOf(ref))) this.#delegation.changed(ref, fields, from);
        const isMove = this.#reach.isMovedBy(changes, name, id);
        for (const child of this.#concerned(ref)) {
          touched.add(child);
          if (isMove) moved.add(child);
          if (child.workflowId !== from && !child.path.processData) child.peer.dirty.mark(name, id, fields);
        }
        this.#judge(ref);
      }
    }
    for (const ref of changes.deletes) {
      for (const child of this.#concerned(ref)) {
        touched.add(child);
        const isItem = child === this.#byItem.get(keyOf(ref));
        if (child.workflowId !== from && !child.path.processData && !isItem) child.peer.dirty.remove(ref);
      }
    }
    for (const child of moved) this.#move(child, child.workflowId === from ? changes : undefined);
    for (const child of touched) {
      child.retry();
      // What the child said itself is not said back, whatever is made of it here.
      if (child.workflowId === from) this.#portions.note(child);
      else this.#portions.project(child);
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
    for (const child of this.#byId.values()) {
      if (!concerns(child.path) || via.includes(child.workflowId)) continue;
      child.peer.tell(signal, payload, via);
      child.sync();
    }
  }

  /** A child says how it is. */
  noticed(notice: ChildNotice): void {
    const child = this.#byId.get(notice.workflowId);
    child?.noticed(notice);
    child?.sync();
  }

  /** Starts the child of an item whose path does not start it by itself. @throws InvalidInputError */
  start(field: string, id: string): void {
    const path = this.paths.find((known) => known.field === field);
    if (path === undefined) {
      const names = this.paths.map((known) => known.field).join(', ') || 'none';
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
    for (const child of this.#byId.values()) {
      const keeps = how === 'failed' && child.path.orphanPolicy === 'keep';
      child.dismiss(how === 'completed' ? 'complete' : keeps ? 'keep' : 'cancel');
      child.sync();
    }
    await condition(() => this.#byId.size === 0);
  }

  managedPaths(): Record<string, ManagedPathInfo> {
    return Object.fromEntries(
      this.paths.map((path) => {
        const { field, workflowType, entityName, autoStart, credentials, apiUrl, loads } = path;
        const items = this.#listed(path).length;
        const children = [...this.#byId.values()].filter((child) => child.listedOn.has(field)).length;
        return [field, { workflowType, entityName, autoStart, credentials, apiUrl, loads, items, children }];
      }),
    );
  }

  carry(): CarriedChildren {
    const paths = table<CarriedChild[]>();
    for (const child of this.#byId.values()) {
      const asked = this.#asked.has(keyOf(child.item)) && { asked: true as const };
      (paths[child.path.field] ??= []).push({ ...child.carry(), ...asked });
    }
    return { paths, delegated: this.#delegation.carry() };
  }

  mayStart(child: Child): boolean {
    return this.#turns.take(child);
  }

  hasStarted(child: Child): void {
    this.#turns.end(child);
  }

  inputOf(child: Child): StartInput {
    return this.#portions.inputOf(child);
  }

  linkOf(child: Child): ParentLink {
    return this.#portions.linkOf(child);
  }

  joined(child: Child, ran: boolean): void {
    this.onJoined();
    if (!ran) return;
    for (const ref of this.#portions.partsOf(child)) child.peer.dirty.mark(ref.name, ref.id, true);
    if (this.#session.paused) child.peer.tell('pause');
  }

  left(child: Child): void {
    this.#turns.end(child);
    // Who has left may be followed by another one of its id.
    if (this.#byId.get(child.workflowId) !== child) return;
    this.#byId.delete(child.workflowId);
    this.#byItem.delete(keyOf(child.item));
    this.#portions.forget(child);
    this.#reach.forget(child.item);
    // One of these may have waited for its workflow id.
    const waiting = new Set([...this.#problems.values()].map(({ path }) => path));
    for (const path of this.paths) if (waiting.has(path.field)) this.#reconcile(path);
  }

  /** Compares what a path holds with the children there are. */
  #reconcile(path: ManagedPath): void {
    const { field, target: name } = path;
    const listed = this.#listed(path);
    const wanted = new Set(listed.filter((id) => this.#isWanted(path, { name, id })));
    for (const child of this.#byItem.values())
      if (child.listedOn.has(field) && !wanted.has(child.item.id)) this.#unlist(child, field);
    for (const key of this.#problems.keys())
      if (this.#problems.get(key)?.path === field) this.#problems.delete(key);
    for (const id of wanted) this.#list(path, { name, id });
    this.#settleFresh();
  }

  /** An item changed: whether it gets a child is asked again. */
  #judge(ref: EntityRef): void {
    for (const path of this.paths) {
      if (path.target !== ref.name || (!path.condition && !path.idAttribute)) continue;
      if (!this.#listed(path).includes(ref.id)) continue;
      const child = this.#byItem.get(keyOf(ref));
      this.#problems.delete(keyOf(ref));
      if (this.#isWanted(path, ref)) this.#list(path, ref);
      else if (child?.listedOn.has(path.field)) this.#unlist(child, path.field);
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
        if (holder !== undefined) holders.add(holder);
      }
    for (const holder of holders) {
      if (fresh.has(holder)) this.#reach.update(holder.item);
      else {
        this.#move(holder, undefined);
        holder.sync();
      }
    }
  }

  /** Whether the condition of a path may come to another answer, for items that did not change themselves. */
  #mayDecide({ target }: ManagedPath, changes: ChangeSet, rootFields: readonly string[]): boolean {
    if (rootFields.length > 0) return true;
    const parts = this.#portions.kindsIn(target);
    return [...Object.keys(changes.upserts), ...changes.deletes.map(({ name }) => name)].some((name) =>
      parts.has(name),
    );
  }

  #list(path: ManagedPath, item: EntityRef): void {
    const child = this.#byItem.get(keyOf(item)) ?? this.#make(path, item);
    if (child === undefined) return;
    child.listedOn.add(path.field);
    if (!child.wanted) {
      child.wanted = true;
      for (const ref of this.#portions.partsOf(child)) child.peer.dirty.mark(ref.name, ref.id, true);
    }
    child.sync();
  }

  #unlist(child: Child, field: string): void {
    child.listedOn.delete(field);
    if (child.listedOn.size > 0) return;
    child.dismiss(child.path.onRemoved);
    child.sync();
  }

  #isWanted(path: ManagedPath, item: EntityRef): boolean {
    const key = keyOf(item);
    const { root } = this.#session;
    if (this.#ended) return false;
    if (item.name === root.name && item.id === root.id) return false;
    const ancestor = this.#ancestorOf(item);
    if (ancestor !== undefined) {
      // A parent that wants to hear of it does so anyway.
      if (!this.#parents.hears(ancestor.workflowId, item.name)) this.#delegation.add(item, ancestor);
      return false;
    }
    // Without its entity the id of such an item is not known.
    if (path.idAttribute !== undefined && this.post.store.get(item.name, item.id) === undefined) return false;
    if (!path.autoStart && !this.#asked.has(key)) return false;
    return path.condition?.(this.#portions.itemOf(item)) ?? true;
  }

  /** @returns nothing when the item cannot have a child; that is reported */
  #make(path: ManagedPath, item: EntityRef, carried?: CarriedChild): Child | undefined {
    let entity: EntityRef = { name: path.entityName, id: item.id };
    let workflowId = '';
    try {
      const { idAttribute } = path;
      const fields = this.post.store.get(item.name, item.id);
      if (carried?.id !== undefined) entity = { name: path.entityName, id: carried.id };
      else if (idAttribute !== undefined && fields !== undefined)
        entity = {
          name: path.entityName,
          id: identify(fields, { idAttribute }, () => `${item.name} ${item.id}`),
        };
      workflowId = `${entity.name}-${entity.id}${path.includeParentId ? `-${this.#session.root.id}` : ''}`;
      if (workflowId.length > LONGEST_WORKFLOW_ID)
        throw new Error(
          `Its workflow id would be longer than ${LONGEST_WORKFLOW_ID} characters. Name a shorter idAttribute.`,
        );
      const other = this.#byId.get(workflowId);
      if (other !== undefined)
        throw new Error(
          `Its workflow id is that of ${other.item.name} ${other.item.id}. Name an idAttribute that tells them apart.`,
        );
    } catch (error) {
      const { message } = error as Error;
      const { workflowType, field } = path;
      this.#problems.set(keyOf(item), {
        workflowId,
        workflowType,
        entityName: entity.name,
        id: entity.id,
        path: field,
        status: 'failed',
        error: message,
      });
      return undefined;
    }
    const projection = this.#portions.projectionFor(path, item, workflowId);
    const child = new Child(path, item, entity, workflowId, this, { carried, projection });
    this.#byId.set(workflowId, child);
    this.#byItem.set(keyOf(item), child);
    this.#reach.update(item);
    this.#fresh.push(child);
    // It has what it was told before; only what changes from now on is news.
    if (carried !== undefined) this.#portions.note(child);
    return child;
  }

  /** The children that an entity is the item of, or part of it. */
  #concerned(ref: EntityRef): Set<Child> {
    const children = new Set<Child>();
    for (const key of [keyOf(ref), ...this.#reach.itemsOf(ref)]) {
      const child = this.#byItem.get(key);
      // One whose item goes is told nothing more: that went with it here, and may be there for another parent.
      if (child?.wanted) children.add(child);
    }
    return children;
  }

  /** What is part of an item may be others now. */
  #move(child: Child, told: ChangeSet | undefined): void {
    const { added, removed } = this.#reach.update(child.item);
    if (child.path.processData) return;
    const { dirty } = child.peer;
    for (const ref of added)
      if (
        this.post.store.get(ref.name, ref.id) !== undefined &&
        own(own(told?.upserts, ref.name), ref.id) === undefined
      )
        dirty.mark(ref.name, ref.id, true);
    // A child that said so itself knows.
    if (told === undefined) for (const ref of removed) dirty.part(ref);
  }

  #listed({ field }: ManagedPath): readonly string[] {
    const { root } = this.#session;
    return idsOf(own(this.post.store.get(root.name, root.id), field));
  }

  /** Whether an entity has a workflow of its own. */
  #isHome(ref: EntityRef): boolean {
    return this.#byItem.has(keyOf(ref)) || this.#ancestorOf(ref) !== undefined;
  }

  /** This workflow, or one above it, if the entity is its root. */
  #ancestorOf({ name, id }: EntityRef): Ancestor | undefined {
    return this.#line.find((ancestor) => ancestor.entityName === name && ancestor.id === id);
  }
}
