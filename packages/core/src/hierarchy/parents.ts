import { condition, sleep, workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ChildNotice, ParentLink } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { isSame } from '../state/refs';
import { has } from '../workflow/patches';
import { FIND_ORPHANED } from './activities';
import type { Exchange } from './exchange';
import { lookAside, looks } from './look';
import { outletOf } from './outlet';
import { type CarriedControls, type Peer, peerOf, type Post } from './peer';

/** {@link Parents} as they travel through continue-as-new. */
export interface CarriedParents {
  readonly links: readonly { readonly link: ParentLink; readonly controls?: CarriedControls }[];
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
export interface Parents {
  /** Whether the workflow was started by a client: then it lives on without a parent. */
  readonly isIndependent: boolean;
  readonly isEmpty: boolean;
  /** Whether a parent loads, so that this workflow does not. */
  readonly loads: boolean;
  /** How the workflow ends, when its parents let it go. */
  readonly ending: Ending | undefined;
  /** The token and the address that parents gave last; the first one's, where several did. */
  readonly given: Access;
  /** Why something does not reach a parent; it is kept. */
  readonly problem: string | undefined;
  /** Sends what the run before left over. */
  begin(): void;
  /** Sends what waits for a parent. */
  send(workflowId: string): void;
  /** A workflow says that it is a parent, too. It is told how this one is. */
  adopt(link: ParentLink): void;
  /** A parent gives another token or address. */
  gave(workflowId: string, access: Access): void;
  /** A parent lets the workflow go, by a link. */
  letGo(workflowId: string, link: string | undefined, ending: Ending | undefined): void;
  /** The exchange has let a parent go. */
  left(workflowId: string): void;
  /** Has all parents hear something other than a change. */
  tell(signal: string, payload?: unknown): void;
  /** Looks no more whether the parents are there. */
  stopWatch(): void;
  /** Tells every parent how the workflow ends; one that comes later is told as it comes. */
  end(status: ChildNotice['status'], message?: string): Promise<void>;
  carry(): CarriedParents;
}

/**
 * @param onLeft a parent has let the workflow go: which, and whether it was the last to load for it
 * @param onChanged something changed because one did
 */
export function parentsOf(
  post: Post,
  root: EntityRef,
  exchange: Exchange,
  { links: carried, isIndependent }: CarriedParents,
  onLeft: (link: ParentLink, loaded: boolean) => void,
  onChanged: (changes: ChangeSet) => void,
): Parents {
  const { name, id } = root;
  const parents = new Map<string, Parent>();
  /** How the parent that is leaving wants the workflow to end. */
  let wanted: Ending | undefined;
  let ending: Ending | undefined;
  /** How it ended, once it has. */
  let ended: ChildNotice | undefined;
  let stopWatch = (): void => {};

  const links = (): ParentLink[] => [...parents.values()].map(({ link }) => link);
  const isEmpty = (): boolean => parents.size === 0;
  const isSole = (): boolean => parents.size === 1 && !isIndependent;

  /** The other parents know whether the workflow lives for them alone: the last one to let go closes it. */
  const tellWhetherSole = (): void => {
    if (ended || isIndependent || !has('soleParents')) return;
    for (const { peer } of parents.values()) {
      peer.tell('child', notice('running', undefined, isSole()));
      void peer.send();
    }
  };
  const loads = (): boolean => !isEmpty() && links().every((link) => link.loads === 'parent');

  const left = (workflowId: string): void => {
    const parent = parents.get(workflowId);
    if (!parent) return;
    const loaded = loads();
    parents.delete(workflowId);
    if (parents.size === 1) tellWhetherSole();
    ending = wanted ?? ending;
    watch();
    onLeft(parent.link, loaded && !loads());
  };

  /** A parent that nobody ended in good order: it was terminated, or it failed. */
  const isGone = (workflowId: string, runId?: string): void => {
    wanted = parents.get(workflowId)?.link.orphanPolicy === 'keep' ? undefined : 'cancelled';
    onChanged(exchange.gone(workflowId, 'child', runId));
  };

  /**
   * Has the worker see from time to time whether the parents are still there: one that was terminated cannot say
   * so. The look is an activity that the server repeats without writing history.
   */
  const watch = (): void => {
    stopWatch();
    if (isEmpty()) return;
    const watched = [...parents].map(([workflowId, { link }]) => ({ workflowId, runId: link.runId }));
    const every = Math.min(...links().map(({ checkEveryMs = 60_000 }) => checkEveryMs));
    stopWatch = lookAside(async () => {
      // Most children that live for a moment never come to it.
      await sleep(every);
      const { [FIND_ORPHANED]: findOrphaned } = looks({
        retry: { initialInterval: every, backoffCoefficient: 1 },
        summary: 'watch parents',
      });
      for (const gone of await findOrphaned({ parents: watched, every }))
        isGone(gone, parents.get(gone)?.link.runId);
    });
  };

  const add = (link: ParentLink, controls?: CarriedControls): Peer => {
    const workflowId = parentIn(link);
    const known = parents.get(workflowId);
    if (known) known.link = link;
    const { peer } = known ?? { peer: peerFor(workflowId, controls) };
    if (!known) parents.set(workflowId, { link, peer });
    return peer;
  };

  const peerFor = (workflowId: string, controls?: CarriedControls): Peer => {
    const outlet = outletOf(exchange, {
      workflowId,
      as: 'child',
      item: root,
      entity: root,
      control: STRANGER,
    });
    return peerOf(workflowId, post, outlet, () => isGone(workflowId), controls);
  };

  for (const { link, controls } of carried) add(link, controls);
  return {
    isIndependent,
    get isEmpty() {
      return isEmpty();
    },
    get loads() {
      return loads();
    },
    get ending() {
      return isEmpty() && !isIndependent ? ending : undefined;
    },
    get given() {
      return {
        apiToken: links().find(({ apiToken }) => apiToken)?.apiToken,
        apiUrl: links().find(({ apiUrl }) => apiUrl)?.apiUrl,
      };
    },
    get problem() {
      return [...parents.values()].find(({ peer }) => peer.problem)?.peer.problem;
    },
    begin() {
      for (const { peer } of parents.values()) if (!peer.isIdle) void peer.send();
      watch();
    },
    send(workflowId) {
      void parents.get(workflowId)?.peer.send();
    },
    adopt(link) {
      const { entity, ancestry, wants, pauses = false, isMade = false } = link;
      const workflowId = parentIn(link);
      if (entity && !isSame(entity, root)) {
        const message = `This workflow is the home of ${name} ${id}, not of ${entity.name} ${entity.id}: two kinds of item have one workflow id.`;
        void peerFor(workflowId).signal('child', notice('refused', message));
        return;
      }
      const isNew = !parents.has(workflowId);
      const peer = add(link);
      if (isNew && parents.size === 2) tellWhetherSole();
      if (ended) {
        void peer.signal('child', ended);
        return;
      }
      peer.tell('child', notice('running', undefined, isSole()));
      exchange.receive({ do: 'join', from: workflowId, link: link.link, ancestry, wants, pauses, isMade });
      void peer.send();
      watch();
    },
    gave(workflowId, access) {
      const parent = parents.get(workflowId);
      if (parent) parent.link = { ...parent.link, ...access };
    },
    letGo(workflowId, link, how) {
      if (link === undefined) return;
      wanted = how;
      onChanged(exchange.receive({ do: 'leave', from: workflowId, link }));
    },
    left,
    tell(signal, payload) {
      for (const { peer } of parents.values()) {
        peer.tell(signal, payload);
        void peer.send();
      }
    },
    stopWatch: () => stopWatch(),
    async end(status, message) {
      const last = (ended = notice(status, message));
      await Promise.all(
        [...parents].map(async ([workflowId, { peer }]) => {
          await peer.send();
          // Somebody else may have been sending.
          await condition(() => peer.isIdle || !parents.has(workflowId));
          await peer.signal('child', last);
        }),
      );
    },
    carry: () => ({
      links: [...parents.values()].map(({ link, peer }) => ({ link, controls: peer.carry() })),
      isIndependent,
    }),
  };
}

/** What tells a workflow that this one knows no such parent. */
export const STRANGER = (): readonly [string, ChildNotice] => ['child', notice('stranger')];

/** The parent itself is the last of its line. */
const parentIn = ({ ancestry }: ParentLink): string => (ancestry.at(-1) as Ancestor).workflowId;

function notice(status: ChildNotice['status'], message?: string, isSole?: boolean): ChildNotice {
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  return { workflowId, runId, status, message: message?.slice(0, 1_000), isSole };
}
