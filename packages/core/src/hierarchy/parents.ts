import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ChildNotice, ParentLink } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { own } from '../state/json';
import { FIND_ORPHANED, type HierarchyActivities } from './activities';
import { type CarriedPeer, Peer, type Post } from './peer';

/** {@link Parents} as they travel through continue-as-new. */
export interface CarriedParents {
  readonly links: readonly { readonly link: ParentLink; readonly peer?: CarriedPeer }[];
  readonly isIndependent: boolean;
}

/** How a workflow ends when no parent needs it any more. */
export type Ending = 'completed' | 'cancelled';

interface Parent {
  link: ParentLink;
  readonly peer: Peer;
}

/** The workflows that this one is a child of: none, one, or several that hold the same item. */
export class Parents {
  readonly #post: Post;
  readonly #root: EntityRef;
  readonly #byId = new Map<string, Parent>();
  /** Whether it was started by a client: then it lives on without a parent. */
  readonly isIndependent: boolean;
  /** Is called when a parent has let the workflow go, with whether that one was the last to load for it. */
  onLeft: (link: ParentLink, loaded: boolean) => void = () => {};
  #ending?: Ending;
  /** How it ended, once it has. */
  #ended?: ChildNotice;
  #watching?: CancellationScope;

  constructor(post: Post, root: EntityRef, { links, isIndependent }: CarriedParents) {
    this.#post = post;
    this.#root = root;
    this.isIndependent = isIndependent;
    for (const { link, peer } of links) this.#add(link, peer);
  }

  /** From the top of the hierarchy down to the parent; the first parent's, where there are several. */
  get ancestry(): readonly Ancestor[] {
    const [first] = this.#byId.values();
    return first?.link.ancestry ?? [];
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Whether a parent loads, so that this workflow does not. */
  get loads(): boolean {
    return !this.isEmpty && [...this.#byId.values()].every(({ link }) => link.loads === 'parent');
  }

  /** How the workflow ends, when its parents let it go. */
  get ending(): Ending | undefined {
    return this.isEmpty && !this.isIndependent ? this.#ending : undefined;
  }

  /** Whether a parent hears of changes of these entities. */
  hears(workflowId: string, name: string): boolean {
    return this.#byId.get(workflowId)?.link.wants.includes(name) ?? false;
  }

  /** A workflow says that it is a parent, too. It is told how this one is, and all that it wants to hear of. */
  adopt(link: ParentLink): void {
    const { name, id } = this.#root;
    const { entity } = link;
    if (entity !== undefined && (entity.name !== name || entity.id !== id)) {
      const message = `This workflow is the home of ${name} ${id}, not of ${entity.name} ${entity.id}: two kinds of item have one workflow id.`;
      void this.#attempt(
        new Peer(idOf(link), this.#post, { entityName: name }),
        this.#notice('refused', message),
      );
      return;
    }
    const parent = this.#add(link);
    if (this.#ended !== undefined) {
      void this.#attempt(parent.peer, this.#ended);
      return;
    }
    for (const wanted of link.wants)
      for (const held of Object.keys(own(this.#post.store.entities, wanted) ?? {}))
        parent.peer.dirty.mark(wanted, held, true);
    parent.peer.tell('child', this.#notice('running'));
    void this.#send(parent);
    this.#watchParents();
  }

  /** A parent gives another token or address. */
  gave(workflowId: string, access: Pick<ParentLink, 'apiToken' | 'apiUrl'>): void {
    const parent = this.#byId.get(workflowId);
    if (parent !== undefined) parent.link = { ...parent.link, ...access };
  }

  /** The token and the address that parents gave last; the first one's, where several did. */
  get given(): Pick<ParentLink, 'apiToken' | 'apiUrl'> {
    const links = [...this.#byId.values()].map(({ link }) => link);
    return {
      apiToken: links.find(({ apiToken }) => apiToken !== undefined)?.apiToken,
      apiUrl: links.find(({ apiUrl }) => apiUrl !== undefined)?.apiUrl,
    };
  }

  /** A parent lets the workflow go. */
  letGo(workflowId: string, ending: Ending | undefined): void {
    const parent = this.#byId.get(workflowId);
    if (parent === undefined) return;
    const loaded = this.loads;
    this.#byId.delete(workflowId);
    if (ending !== undefined) this.#ending = ending;
    this.#watchParents();
    this.onLeft(parent.link, loaded && !this.loads);
  }

  /** Passes on what changed, to all parents but `from`. */
  changed(changes: ChangeSet, from?: string): void {
    for (const parent of this.#byId.values()) {
      const { link, peer } = parent;
      if (peer.workflowId === from || peer.workflowId === changes.origin) continue;
      for (const name of link.wants) {
        for (const [id, set] of Object.entries(own(changes.upserts, name) ?? {}))
          peer.dirty.mark(name, id, [...Object.keys(set), ...(own(own(changes.unset, name), id) ?? [])]);
        for (const ref of changes.deletes) if (ref.name === name) peer.dirty.remove(ref);
      }
      if (!peer.isIdle) void this.#send(parent);
    }
  }

  /** Whether a parent has not been told yet of what changed of an entity. */
  owes(ref: EntityRef): boolean {
    return [...this.#byId.values()].some(({ peer }) => peer.dirty.hasChanged(ref));
  }

  /** Has all parents hear something other than a change. */
  tell(signal: string, payload?: unknown): void {
    for (const parent of this.#byId.values()) {
      parent.peer.tell(signal, payload);
      void this.#send(parent);
    }
  }

  /** Tells every parent how the workflow ends; one that comes later is told as it comes. */
  async end(status: ChildNotice['status'], message?: string): Promise<void> {
    this.#ended = this.#notice(status, message);
    await Promise.all(
      [...this.#byId.values()].map(async (parent) => {
        await this.#send(parent);
        // Somebody else may have been sending.
        await condition(() => parent.peer.isIdle || !this.#byId.has(parent.peer.workflowId));
        await this.#attempt(parent.peer, this.#notice(status, message));
      }),
    );
  }

  /** Sends what the run before left over. */
  begin(): void {
    for (const parent of this.#byId.values()) void this.#send(parent);
    this.#watchParents();
  }

  /**
   * Has the worker see from time to time whether the parents are still there: one that was terminated cannot say
   * so. The look is an activity that the server repeats without writing history.
   */
  #watchParents(): void {
    this.stopWatch();
    const parents = [...this.#byId].map(([workflowId, { link }]) => ({ workflowId, runId: link.runId }));
    if (parents.length === 0) return;
    const every = Math.min(...[...this.#byId.values()].map(({ link }) => link.checkEveryMs ?? 60_000));
    const scope = (this.#watching = new CancellationScope());
    scope
      .run(async () => {
        // Most children that live for a moment never come to it.
        await sleep(every);
        const activities = proxyActivities<HierarchyActivities>({
          startToCloseTimeout: '1 minute',
          retry: { initialInterval: every, backoffCoefficient: 1 },
          summary: 'watch parents',
        });
        for (const gone of await activities[FIND_ORPHANED]({ parents, every })) this.#isGone(gone);
      })
      .catch((error: unknown) => {
        // A worker that cannot look leaves it at that.
        if (!isCancellation(error)) this.#watching = undefined;
      });
  }

  stopWatch(): void {
    this.#watching?.cancel();
    this.#watching = undefined;
  }

  carry(): CarriedParents {
    const links = [...this.#byId.values()].map(({ link, peer }) => {
      const carried = peer.carry();
      return { link, ...(carried && { peer: carried }) };
    });
    return { links, isIndependent: this.isIndependent };
  }

  #add(link: ParentLink, carried?: CarriedPeer): Parent {
    const workflowId = idOf(link);
    const peer = new Peer(workflowId, this.#post, { entityName: this.#root.name, as: 'child' }, carried);
    const parent = { link, peer };
    this.#byId.set(workflowId, parent);
    return parent;
  }

  async #send({ peer }: Parent): Promise<void> {
    try {
      await peer.send();
    } catch {
      this.#isGone(peer.workflowId);
    }
  }

  /** A parent that nobody ended in good order: it was terminated, or it failed. */
  #isGone(workflowId: string): void {
    const parent = this.#byId.get(workflowId);
    if (parent !== undefined)
      this.letGo(workflowId, parent.link.orphanPolicy === 'keep' ? undefined : 'cancelled');
  }

  async #attempt(peer: Peer, notice: ChildNotice): Promise<void> {
    try {
      await peer.signal('child', notice);
    } catch {
      // Nobody is left to hear it.
    }
  }

  #notice(status: ChildNotice['status'], message?: string): ChildNotice {
    const { workflowId, firstExecutionRunId: runId } = workflowInfo();
    return { workflowId, runId, status, ...(message !== undefined && { message: message.slice(0, 1_000) }) };
  }
}

/** The parent itself is the last of its line. */
const idOf = ({ ancestry }: ParentLink): string => (ancestry.at(-1) as Ancestor).workflowId;
