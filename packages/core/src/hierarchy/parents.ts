import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ChildNotice, ParentLink } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { isSame } from '../state/refs';
import { FIND_ORPHANED } from './activities';
import type { Exchange } from './exchange';
import type { Ending } from './host';
import { Rounds } from './rounds';
import type { ManagedPath } from './managed-path';
import { ExchangeOutlet, type Linked } from './outlet';
import { type CarriedControls, type ChannelOwner, type SendContext, SignalChannel } from './signal-channel';
import { LEAVES } from './signals';

/** How often to look at a parent that does not say, in milliseconds. */
const DEFAULT_EVERY = 10 * 60_000;

/** {@link Parents} as they travel through continue-as-new. */
export interface CarriedParents {
  readonly links: readonly {
    readonly link: ParentLink;
    readonly controls?: CarriedControls;
    /** Since when, in milliseconds. */
    readonly since?: number;
  }[];
  readonly isIndependent: boolean;
  /** When the next look at the parents is due, in milliseconds. */
  readonly dueAt?: number;
}

/** What a parent gives besides data. */
export type Access = Pick<ParentLink, 'apiToken' | 'apiUrl'>;

interface Parent {
  link: ParentLink;
  /** Since when it is a parent by this link, in milliseconds. */
  since: number;
  readonly channel: SignalChannel;
}

/** What {@link Parents} are made of. */
export interface ParentsOptions {
  readonly context: SendContext;
  readonly root: EntityRef;
  readonly exchange: Exchange;
  readonly carried: CarriedParents;
  /** A parent has let the workflow go: which, and whether it was the last to load for it. */
  readonly onLeft: (link: ParentLink, loaded: boolean) => void;
  /** Something changed because one did. */
  readonly onChanged: (changes: ChangeSet) => void;
}

/** The workflows that this one is a child of: none, one, or several that hold the same item. */
export class Parents implements ChannelOwner {
  /** Whether the workflow was started by a client: then it lives on without a parent. */
  readonly isIndependent: boolean;
  readonly #options: Omit<ParentsOptions, 'carried'>;
  readonly #parents = new Map<string, Parent>();
  /** How the parent that is leaving wants the workflow to end. */
  #wanted?: Ending;
  #ending?: Ending;
  /** How it ended, once it has. */
  #ended?: ChildNotice;
  /** The looks whether they are there. */
  readonly #rounds: Rounds;
  /** Ends them. */
  #stopWatch?: () => void;

  constructor({ carried: { links, isIndependent, dueAt }, ...options }: ParentsOptions) {
    this.isIndependent = isIndependent;
    this.#rounds = new Rounds(options.context, dueAt);
    this.#options = options;
    for (const { link, controls, since } of links) this.#add(link, controls, since);
  }

  get isEmpty(): boolean {
    return this.#parents.size === 0;
  }

  /** Whether a parent loads, so that this workflow does not. */
  get loads(): boolean {
    return !this.isEmpty && this.#links.every((link) => link.loads === 'parent');
  }

  /** How the workflow ends, when its parents let it go. */
  get ending(): Ending | undefined {
    return this.isEmpty && !this.isIndependent ? this.#ending : undefined;
  }

  /** The token and the address that parents gave last; the first one's, where several did. */
  get given(): Access {
    return {
      apiToken: this.#links.find(({ apiToken }) => apiToken)?.apiToken,
      apiUrl: this.#links.find(({ apiUrl }) => apiUrl)?.apiUrl,
    };
  }

  /** What the parent of a link has given so far, if it is one already. */
  givenBy(link: ParentLink): Access | undefined {
    return this.#parents.get(parentIn(link))?.link;
  }

  /** Why something does not reach a parent; it is kept. */
  get problem(): string | undefined {
    for (const { channel } of this.#parents.values()) if (channel.problem) return channel.problem;
    return undefined;
  }

  /** Sends what the run before had not sent. */
  begin(): void {
    for (const { channel } of this.#parents.values()) if (!channel.isIdle) void channel.send();
    this.#watch();
  }

  /** Sends what waits for a parent. */
  send(workflowId: string): void {
    void this.#parents.get(workflowId)?.channel.send();
  }

  /** Another workflow says that it is a parent, too. This workflow tells it its status. */
  adopt(link: ParentLink): void {
    const { root, exchange } = this.#options;
    const { entity, ancestry, wants, pauses = false, isMade = false } = link;
    const workflowId = parentIn(link);
    if (entity && !isSame(entity, root)) {
      const message = `This workflow is the home of ${root.name} ${root.id}, not of ${entity.name} ${entity.id}: two kinds of item have one workflow id.`;
      void this.#channel(workflowId).signal('child', this.#notice('refused', message));
      return;
    }
    const isNew = !this.#parents.has(workflowId);
    const channel = this.#add(link);
    if (isNew && this.#parents.size === 2) this.#tellWhetherSole();
    if (this.#ended) {
      void channel.signal('child', this.#ended);
      return;
    }
    channel.tell('child', this.#notice('running', undefined, this.#isSole));
    exchange.receive({ do: 'join', from: workflowId, link: link.link, ancestry, wants, pauses, isMade });
    void channel.send();
    this.#watch();
  }

  /** A workflow gives another token or address. @returns whether it is a parent, whose it is to give */
  gave(workflowId: string, access: Access): boolean {
    const parent = this.#parents.get(workflowId);
    if (parent) parent.link = { ...parent.link, ...access };
    return parent !== undefined;
  }

  /** A parent lets the workflow go, by a link. */
  letGo(workflowId: string, link: string | undefined, how: Ending | undefined): void {
    if (link === undefined) return;
    this.#wanted = how;
    const { exchange, onChanged } = this.#options;
    onChanged(exchange.receive({ do: 'leave', from: workflowId, link }));
  }

  /** The exchange has let a parent go. */
  left(workflowId: string): void {
    const parent = this.#parents.get(workflowId);
    if (!parent) return;
    const loaded = this.loads;
    this.#parents.delete(workflowId);
    if (this.#parents.size === 1) this.#tellWhetherSole();
    this.#ending = this.#wanted ?? this.#ending;
    this.#watch();
    this.#options.onLeft(parent.link, loaded && !this.loads);
  }

  /** Sends all parents a signal that is no change of data. */
  tell(signal: string, payload?: unknown): void {
    for (const { channel } of this.#parents.values()) {
      channel.tell(signal, payload);
      void channel.send();
    }
  }

  /** Looks no more whether the parents are there. */
  stopWatch(): void {
    this.#stopWatch?.();
  }

  /** Tells every parent how this workflow ends. A parent that joins later is told when it joins. */
  async end(status: ChildNotice['status'], message?: string): Promise<void> {
    const last = (this.#ended = this.#notice(status, message));
    await Promise.all(
      [...this.#parents].map(async ([workflowId, { channel }]) => {
        await channel.send();
        // Another call may have been sending on this channel.
        await this.#options.context.condition(() => channel.isIdle || !this.#parents.has(workflowId));
        await channel.signal('child', last);
      }),
    );
  }

  carry(): CarriedParents {
    return {
      links: [...this.#parents.values()].map(({ link, channel, since }) => ({
        link,
        controls: channel.carry(),
        since,
      })),
      isIndependent: this.isIndependent,
      dueAt: this.#rounds.carry(),
    };
  }

  get #links(): readonly ParentLink[] {
    return [...this.#parents.values()].map(({ link }) => link);
  }

  get #isSole(): boolean {
    return this.#parents.size === 1 && !this.isIndependent;
  }

  /** Tells the parents whether the workflow lives for one of them alone: the last to let go has the server cancel it. */
  #tellWhetherSole(): void {
    if (this.#ended || this.isIndependent || !this.#options.context.has('soleParents')) return;
    this.tell('child', this.#notice('running', undefined, this.#isSole));
  }

  /** A parent that nobody ended in good order: it was terminated, or it failed. */
  unreachable(workflowId: string, runId?: string): void {
    this.#wanted = this.#parents.get(workflowId)?.link.orphanPolicy === 'keep' ? undefined : 'cancelled';
    const { exchange, onChanged } = this.#options;
    onChanged(exchange.gone(workflowId, 'child', runId));
  }

  /**
   * Has the worker see from time to time whether the parents are still there: one that was terminated cannot say
   * so. The look is an activity that the server repeats without writing history.
   */
  #watch(): void {
    this.stopWatch();
    this.#stopWatch = undefined;
    if (this.isEmpty) return;
    const watched = [...this.#parents].map(([workflowId, { link, since }]) => ({
      workflowId,
      runId: link.runId,
      since,
    }));
    const every = Math.min(...this.#links.map(({ checkEveryMs = DEFAULT_EVERY }) => checkEveryMs));
    const { lookAside, looks } = this.#options.context;
    this.#stopWatch = lookAside(async () => {
      // Most children that live for a moment never come to it.
      await this.#rounds.next(every);
      const { [FIND_ORPHANED]: findOrphaned } = looks({
        retry: { initialInterval: every, backoffCoefficient: 1 },
        summary: 'watch parents',
      });
      let wasReset = false;
      for (const found of await findOrphaned({ parents: watched, every }))
        if (typeof found === 'string') this.unreachable(found, this.#parents.get(found)?.link.runId);
        else {
          wasReset = true;
          this.#ask(found.reset);
        }
      // Whoever is not a child any more hears so; else there is nothing to be said, and the look goes on.
      if (wasReset) this.#watch();
    });
  }

  /** Asks a parent that was reset whether this workflow is a child of it: it may have forgotten, and the item have gone. */
  #ask(workflowId: string): void {
    const { link, channel } = this.#parents.get(workflowId) ?? {};
    if (link) void channel?.signal('child', { ...this.#notice('running'), asks: true }, { link: link.link });
  }

  #notice(status: ChildNotice['status'], message?: string, isSole?: boolean): ChildNotice {
    return noticeOf(this.#options.context, status, message, isSole);
  }

  #add(link: ParentLink, controls?: CarriedControls, since = Date.now()): SignalChannel {
    const workflowId = parentIn(link);
    const known = this.#parents.get(workflowId);
    const { channel } = known ?? { channel: this.#channel(workflowId, controls) };
    if (known) Object.assign(known, { link, since });
    else this.#parents.set(workflowId, { link, since, channel });
    return channel;
  }

  #channel(workflowId: string, controls?: CarriedControls): SignalChannel {
    const { context, root, exchange } = this.#options;
    const linked = {
      workflowId,
      as: 'child',
      item: root,
      entity: root,
      control: strangerTo(context),
    } as const;
    const outlet = new ExchangeOutlet(exchange, linked);
    return new SignalChannel(workflowId, context, outlet, this, controls);
  }
}

/** What tells a workflow that this one knows no such parent. */
const strangerTo =
  (context: SendContext): (() => readonly [string, unknown]) =>
  () => ['child', noticeOf(context, 'stranger')];

/** The parent itself is the last of its line. */
const parentIn = ({ ancestry }: ParentLink): string => (ancestry.at(-1) as Ancestor).workflowId;

/** What tells a workflow that it is no parent; or no child, as those on its path are let go. */
export const answerTo =
  (context: SendContext, workflowId: string, paths: readonly ManagedPath[]): Linked['control'] =>
  (message) => {
    const path = paths.find(({ entityName }) => workflowId.startsWith(`${entityName}-`));
    return message.do === 'leave' ? LEAVES[path?.onRemoved ?? 'keep'] : strangerTo(context)();
  };

const noticeOf = (
  { workflowId, runId }: SendContext,
  status: ChildNotice['status'],
  message?: string,
  isSole?: boolean,
): ChildNotice => ({ workflowId, runId, status, message: message?.slice(0, 1_000), isSole });
