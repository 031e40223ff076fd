import { condition, sleep, workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ChildNotice, ParentLink } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { own } from '../state/json';
import { keys } from '../state/objects';
import { isSame } from '../state/refs';
import { FIND_ORPHANED } from './activities';
import { lookAside, looks } from './look';
import { type CarriedPeer, Peer, type Post } from './peer';

/** {@link Parents} as they travel through continue-as-new. */
export interface CarriedParents {
  readonly links: readonly { readonly link: ParentLink; readonly peer?: CarriedPeer }[];
  readonly isIndependent: boolean;
}

/** How a workflow ends when no parent needs it any more. */
export type Ending = 'completed' | 'cancelled';

/** What a parent gives besides data. */
export type Access = Pick<ParentLink, 'apiToken' | 'apiUrl'>;

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
  /** Ends the watch. */
  stopWatch = (): void => {};

  constructor(post: Post, root: EntityRef, { links, isIndependent }: CarriedParents) {
    this.#post = post;
    this.#root = root;
    this.isIndependent = isIndependent;
    for (const { link, peer } of links) this.#add(link, peer);
  }

  /** From the top of the hierarchy down to the parent; the first parent's, where there are several. */
  get ancestry(): readonly Ancestor[] {
    return this.#links[0]?.ancestry ?? [];
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Whether a parent loads, so that this workflow does not. */
  get loads(): boolean {
    return !this.isEmpty && this.#links.every(({ loads }) => loads === 'parent');
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
    const root = this.#root;
    const { entity } = link;
    if (entity && !isSame(entity, root)) {
      const message = `This workflow is the home of ${root.name} ${root.id}, not of ${entity.name} ${entity.id}: two kinds of item have one workflow id.`;
      void this.#peer(link).signal('child', notice('refused', message));
      return;
    }
    const { peer } = this.#add(link);
    if (this.#ended) {
      void peer.signal('child', this.#ended);
      return;
    }
    for (const wanted of link.wants)
      for (const held of keys(own(this.#post.store.entities, wanted) ?? {}))
        peer.dirty.mark(wanted, held, true);
    peer.tell('child', notice('running'));
    void peer.send();
    this.#watchParents();
  }

  /** A parent gives another token or address. */
  gave(workflowId: string, access: Access): void {
    const parent = this.#byId.get(workflowId);
    if (parent) parent.link = { ...parent.link, ...access };
  }

  /** The token and the address that parents gave last; the first one's, where several did. */
  get given(): Access {
    const links = this.#links;
    return {
      apiToken: links.find(({ apiToken }) => apiToken)?.apiToken,
      apiUrl: links.find(({ apiUrl }) => apiUrl)?.apiUrl,
    };
  }

  /** A parent lets the workflow go. */
  letGo(workflowId: string, ending: Ending | undefined): void {
    const parent = this.#byId.get(workflowId);
    if (!parent) return;
    const loaded = this.loads;
    this.#byId.delete(workflowId);
    this.#ending = ending ?? this.#ending;
    this.#watchParents();
    this.onLeft(parent.link, loaded && !this.loads);
  }

  /** Passes on what changed, to all parents but `from`. */
  changed(changes: ChangeSet, from?: string): void {
    for (const [id, { link, peer }] of this.#byId) {
      if (id === from || id === changes.origin) continue;
      peer.dirty.note(changes, (name) => link.wants.includes(name));
      if (!peer.isIdle) void peer.send();
    }
  }

  /** Whether a parent has not been told yet of what changed of an entity. */
  owes(ref: EntityRef): boolean {
    return [...this.#byId.values()].some(({ peer }) => peer.dirty.hasChanged(ref));
  }

  /** Has all parents hear something other than a change. */
  tell(signal: string, payload?: unknown): void {
    for (const { peer } of this.#byId.values()) {
      peer.tell(signal, payload);
      void peer.send();
    }
  }

  /** Tells every parent how the workflow ends; one that comes later is told as it comes. */
  async end(status: ChildNotice['status'], message?: string): Promise<void> {
    const ended = (this.#ended = notice(status, message));
    await Promise.all(
      [...this.#byId].map(async ([id, { peer }]) => {
        await peer.send();
        // Somebody else may have been sending.
        await condition(() => peer.isIdle || !this.#byId.has(id));
        await peer.signal('child', ended);
      }),
    );
  }

  /** Sends what the run before left over. */
  begin(): void {
    for (const { peer } of this.#byId.values()) void peer.send();
    this.#watchParents();
  }

  /**
   * Has the worker see from time to time whether the parents are still there: one that was terminated cannot say
   * so. The look is an activity that the server repeats without writing history.
   */
  #watchParents(): void {
    this.stopWatch();
    if (this.isEmpty) return;
    const parents = [...this.#byId].map(([workflowId, { link }]) => ({ workflowId, runId: link.runId }));
    const every = Math.min(...this.#links.map(({ checkEveryMs = 60_000 }) => checkEveryMs));
    this.stopWatch = lookAside(async () => {
      // Most children that live for a moment never come to it.
      await sleep(every);
      const look = looks({
        retry: { initialInterval: every, backoffCoefficient: 1 },
        summary: 'watch parents',
      });
      for (const gone of await look[FIND_ORPHANED]({ parents, every })) this.#isGone(gone);
    });
  }

  carry(): CarriedParents {
    const links = [...this.#byId.values()].map(({ link, peer }) => ({ link, peer: peer.carry() }));
    return { links, isIndependent: this.isIndependent };
  }

  get #links(): ParentLink[] {
    return [...this.#byId.values()].map(({ link }) => link);
  }

  #add(link: ParentLink, carried?: CarriedPeer): Parent {
    const parent = { link, peer: this.#peer(link, carried) };
    this.#byId.set(parent.peer.workflowId, parent);
    return parent;
  }

  /** The parent itself is the last of its line. */
  #peer({ ancestry }: ParentLink, carried?: CarriedPeer): Peer {
    const { workflowId } = ancestry.at(-1) as Ancestor;
    const receiver = { entityName: this.#root.name, as: 'child' as const };
    return new Peer(workflowId, this.#post, receiver, () => this.#isGone(workflowId), carried);
  }

  /** A parent that nobody ended in good order: it was terminated, or it failed. */
  #isGone(workflowId: string): void {
    const keeps = this.#byId.get(workflowId)?.link.orphanPolicy === 'keep';
    this.letGo(workflowId, keeps ? undefined : 'cancelled');
  }
}

function notice(status: ChildNotice['status'], message?: string): ChildNotice {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return { workflowId, runId, status, message: message?.slice(0, 1_000) };
}
