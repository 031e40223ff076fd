import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { ChildInfo, ChildNotice, ManagedPathInfo } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { forEach, table } from '../state/json';
import { fromEntries } from '../state/objects';
import { keyOf } from '../state/refs';
import { Child, type Family } from './child';
import type { CarriedChild } from './child-record';
import { ChildItems } from './child-items';
import { ConditionIndex } from './condition-index';
import type { Exchange } from './exchange';
import { fieldsIn } from './fields-in';
import type { HierarchyHost } from './host';
import type { Item, ManagedPath } from './managed-path';
import type { SendContext } from './signal-channel';
import { ChildViews, type ChildViewsHost } from './child-views';
import { StartLimit } from './start-limit';

/** {@link Children} as they travel through continue-as-new. */
export interface CarriedChildren {
  readonly paths: Readonly<Record<string, readonly CarriedChild[]>>;
}

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

/** What {@link ManagedChildren} ask of the workflow around them. */
export type ChildrenHost = ChildViewsHost & Pick<HierarchyHost, 'took'>;

/** The children of a workflow that has managed paths. */
export class ManagedChildren implements Children {
  readonly paths: readonly ManagedPath[];
  readonly #former: readonly ManagedPath[];
  readonly #host: ChildrenHost;
  readonly #context: SendContext;
  readonly #exchange: Exchange;
  readonly #views: ChildViews;
  readonly #items: ChildItems;
  /** Which items' conditions are asked again; for paths that have one. */
  readonly #conditions?: ConditionIndex;
  readonly #startLimit = new StartLimit();
  readonly #family: Family;
  readonly #byId = new Map<string, Child>();
  readonly #byItem = new Map<string, Child>();
  /** Items that cannot have a child, and why. */
  readonly #problems = new Map<string, ChildInfo>();
  #hasEnded = false;

  /**
   * @param former paths of the run before that are none any more
   * @param hears `ends` of how children end; `joined` that a child has begun to run
   */
  constructor(
    host: ChildrenHost,
    context: SendContext,
    exchange: Exchange,
    paths: readonly ManagedPath[],
    former: readonly ManagedPath[],
    hears: Pick<Family, 'ends' | 'joined'>,
  ) {
    this.paths = paths;
    this.#former = former;
    this.#host = host;
    this.#context = context;
    this.#exchange = exchange;
    this.#views = new ChildViews(host, context, exchange);
    this.#items = new ChildItems(host, context, exchange, this.#views);
    if (paths.some(({ condition: isMet }) => isMet))
      this.#conditions = new ConditionIndex({
        store: host.state.store,
        isAbove: (ref) => this.#items.isAbove(ref),
        isElsewhere: (ref) => exchange.isElsewhere(ref),
      });
    const left = (child: Child): void => this.#left(child);
    this.#family = { context, exchange, startLimit: this.#startLimit, views: this.#views, ...hears, left };
  }

  get infos(): ChildInfo[] {
    return [...[...this.all()].map(({ info }) => info), ...this.#problems.values()];
  }

  get isFull(): boolean {
    return this.#startLimit.areUsedUp;
  }

  begin({ paths: carried }: CarriedChildren = { paths: {} }): void {
    const former = new Set(this.#former.map(({ field }) => field));
    for (const path of [...this.paths.filter(({ field }) => !former.has(field)), ...this.#former])
      for (const child of carried[path.field] ?? []) {
        if (child.asked) this.#items.ask(path, child.item);
        this.#make(path, { name: path.target, id: child.item }, child);
      }
    for (const path of this.paths) this.#reconcile(path);
    for (const child of this.all()) {
      if (child.listedOn.length === 0) this.#letGo(child, child.path.onRemoved);
      child.sync();
    }
    this.#tidy();
  }

  all(): Iterable<Child> {
    return this.#byId.values();
  }

  get(workflowId: string): Child | undefined {
    return this.#byId.get(workflowId);
  }

  changed(changes: ChangeSet): void {
    const rootFields = fieldsIn(changes, this.#host.root);
    const isRootChanged = rootFields.length > 0;
    for (const path of this.paths)
      if (
        rootFields.includes(path.field) ||
        (path.condition && (isRootChanged || this.#asksAll(path, changes)))
      )
        this.#reconcile(path);
    const concerned = this.#conditions?.take(changes) ?? [];
    if (!isRootChanged) for (const item of concerned) this.#judge(item);
    forEach(changes.upserts, (name, id) => {
      this.#judge({ name, id });
      this.#retry({ name, id });
    });
    for (const ref of changes.deletes) this.#retry(ref);
  }

  make(item: EntityRef): Item {
    const path = this.#byItem.get(keyOf(item))?.path;
    return path ? this.#views.make(path, item) : this.#views.itemOf(item);
  }

  tell(
    signal: string,
    payload?: unknown,
    via: readonly string[] = [],
    concerns: (path: ManagedPath) => boolean = () => true,
  ): void {
    for (const child of this.all()) {
      if (!concerns(child.path) || via.includes(child.workflowId)) continue;
      child.channel.tell(signal, payload, via);
      child.sync();
    }
  }

  noticed(notice: ChildNotice): void {
    const child = this.#byId.get(notice.workflowId);
    child?.noticed(notice);
    child?.sync();
  }

  start(field: string, id: string): void {
    const path = this.paths.find((known) => known.field === field);
    if (!path) throw notAPath(field, this.paths);
    if (!this.#items.isListed(path, id))
      throw new InvalidInputError('id', `"${id}" is not an item of ${field}`, 'Add the item first');
    this.#items.ask(path, id);
    this.#reconcile(path);
    this.#tidy();
  }

  async end(how: 'completed' | 'cancelled' | 'failed'): Promise<void> {
    this.#hasEnded = true;
    for (const child of this.all()) {
      const keeps = how === 'failed' && child.path.orphanPolicy === 'keep';
      this.#letGo(child, how === 'completed' ? 'complete' : keeps ? 'keep' : 'cancel');
    }
    await this.#family.context.condition(() => this.#byId.size === 0);
  }

  managedPaths(): Record<string, ManagedPathInfo> {
    return fromEntries(
      this.paths.map((path) => {
        const { field, workflowType, entityName, autoStart, credentials, apiUrl, loads } = path;
        const items = this.#items.listed(path).length;
        const children = [...this.all()].filter((child) => child.listedOn.includes(field)).length;
        return [field, { workflowType, entityName, autoStart, credentials, apiUrl, loads, items, children }];
      }),
    );
  }

  carry(): CarriedChildren {
    const carried = table<CarriedChild[]>();
    // Those of former paths have been let go.
    for (const child of [...this.all()].filter(({ path }) => this.paths.includes(path)))
      (carried[child.path.field] ??= []).push({
        ...child.carry(),
        named: this.#items.nameKept(child),
        asked: this.#items.isAsked(child.item) || undefined,
      });
    return { paths: carried };
  }

  /** Whether a change below any item has all conditions of a path asked, as runs of the first versions do. */
  #asksAll(path: ManagedPath, changes: ChangeSet): boolean {
    return this.#items.mayDecide(path, changes) && !this.#context.has('concernedItems');
  }

  /** Compares what a path holds with the children there are. */
  #reconcile(path: ManagedPath): void {
    const { field, target: name } = path;
    if (path.condition) this.#listConditions(name);
    const wanted = new Set(this.#items.listed(path).filter((id) => this.#isWanted(path, { name, id })));
    for (const child of this.all()) if (!wanted.has(child.item.id)) this.#unlist(child, field);
    for (const [key, problem] of this.#problems) if (problem.path === field) this.#problems.delete(key);
    for (const id of wanted) this.#list(path, { name, id });
  }

  /** Notes which items of a kind there are whose conditions are asked. */
  #listConditions(name: string): void {
    const paths = this.paths.filter(({ target, condition: isMet }) => target === name && isMet);
    this.#conditions?.set(name, new Set(paths.flatMap((path) => this.#items.listed(path))));
  }

  /** An item changed: whether it gets a child is asked again. */
  #judge(ref: EntityRef): void {
    const key = keyOf(ref);
    for (const path of this.paths) {
      if (path.target !== ref.name || (!path.condition && !path.idAttribute)) continue;
      if (!this.#items.isListed(path, ref.id)) continue;
      const child = this.#byItem.get(key);
      this.#problems.delete(key);
      if (this.#isWanted(path, ref)) this.#list(path, ref);
      else if (child) this.#unlist(child, path.field);
    }
  }

  /** The children that an entity is the item of, or part of it, may go on where they failed. */
  #retry(ref: EntityRef): void {
    for (const workflowId of this.#exchange.childrenWith(ref)) {
      const child = this.#byId.get(workflowId);
      child?.retry();
      child?.sync();
    }
  }

  #isWanted(path: ManagedPath, item: EntityRef): boolean {
    return !this.#hasEnded && this.#items.isWanted(path, item);
  }

  #list(path: ManagedPath, item: EntityRef): void {
    const child = this.#byItem.get(keyOf(item)) ?? this.#make(path, item);
    if (!child) return;
    if (child.listedOn.length === 0) child.listedOn = [path.field];
    else if (!child.listedOn.includes(path.field)) child.listedOn = [...child.listedOn, path.field];
    if (!child.wanted) {
      this.#exchange.open(child.workflowId, item, !!path.processData, false);
      child.recall();
    }
    child.sync();
  }

  #unlist(child: Child, field: string): void {
    if (!child.listedOn.includes(field)) return;
    child.listedOn = child.listedOn.filter((other) => other !== field);
    if (child.listedOn.length > 0) return;
    this.#letGo(child, child.path.onRemoved);
  }

  #letGo(child: Child, how: ManagedPath['onRemoved']): void {
    this.#exchange.close(child.workflowId);
    child.dismiss(how);
    child.sync();
  }

  /** @returns nothing when the item cannot have a child; that is reported */
  #make(path: ManagedPath, item: EntityRef, carried?: CarriedChild): Child | undefined {
    let id = carried?.id ?? item.id;
    let workflowId = '';
    try {
      id = carried?.id ?? this.#items.idOf(path, item);
      workflowId = carried?.named?.workflowId ?? this.#items.workflowIdOf(path, id);
      const other = this.#byId.get(workflowId)?.item;
      if (other)
        throw new Error(
          `Its workflow id is that of ${other.name} ${other.id}. Name an idAttribute that tells them apart.`,
        );
    } catch (thrown) {
      const { workflowType, entityName, field } = path;
      const error = (thrown as Error).message;
      const info = { workflowId, workflowType, entityName, id, path: field, error };
      this.#problems.set(keyOf(item), { ...info, status: 'failed' });
      return undefined;
    }
    const entity = { name: carried?.named?.entityName ?? path.entityName, id };
    const child = new Child(path, item, entity, workflowId, this.#family, carried);
    this.#byId.set(workflowId, child);
    this.#byItem.set(keyOf(item), child);
    // A child of the run before knows what is made of its item; only what changes from now on is sent.
    if (this.#exchange.childOf(item)) this.#exchange.remember(workflowId);
    else this.#exchange.open(workflowId, item, !!path.processData);
    return child;
  }

  #left(child: Child): void {
    this.#startLimit.end(child);
    this.#exchange.outgoing.forget(child.workflowId);
    // A new child may already have this workflow id; then only the old object goes.
    if (this.#byId.get(child.workflowId) !== child) return;
    this.#byId.delete(child.workflowId);
    this.#byItem.delete(keyOf(child.item));
    // An item that had the same workflow id may get its child now.
    const waiting = new Set<string>();
    for (const { path, workflowId } of this.#problems.values())
      if (workflowId === child.workflowId) waiting.add(path);
    for (const path of this.paths) if (waiting.has(path.field)) this.#reconcile(path);
    this.#tidy();
  }

  /** Notes what changed because children came or went, where no change of data was the cause. */
  #tidy(): void {
    this.#host.took(this.#exchange.tidy());
  }
}

/** What is wrong with the name of a path that a child is to be started on. */
export function notAPath(field: string, paths: readonly ManagedPath[]): InvalidInputError {
  const names = paths.map((path) => path.field).join(', ') || 'none';
  return new InvalidInputError('path', `"${field}" is not a managed path`, `Use one of ${names}`);
}
