import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import { type Asked, Asks } from './asks';
import { type LinkEvent, type LinkState, TRANSITIONS } from './link-state';
import type { CarriedLink, LinkOptions } from './link-options';
import { Outbox } from './outbox';
import { Unseen } from './unseen';
import type { Message, Tell } from './word';

const NOTHING: readonly Message[] = [];

/** Says what is in an outbox, as it is now. */
export type Compose = (waiting: Outbox, isWhole: boolean) => Partial<Tell>;

/** What is under way, and what was to be said besides. */
interface Flight {
  readonly message: Message;
  readonly said: Outbox;
  readonly isWhole: boolean;
  readonly asks?: Asked;
  readonly offers: boolean;
  readonly toldPause: boolean | null;
}

/**
 * One end of the connection of a holder and a child: what it has to tell, what the other end has not seen yet, and
 * how far it has heard. It sends nothing by itself: whoever sends asks for the {@link next} message and says what
 * became of it.
 */
export class Link {
  readonly peer: string;
  readonly ancestry: readonly Ancestor[];
  readonly isMade: boolean;
  /** Whether this is the parent's end of the link; the other end is the home of the portion then. */
  readonly isParent: boolean;
  readonly wants?: readonly string[];
  /** What the other end has yet to be told. */
  waiting: Outbox;
  /** Whether this end, a holder, has the other end pause. */
  pauses: boolean;
  readonly #self: string;
  #id: string;
  #state: LinkState;
  #sent: number;
  #taken: number;
  #flight?: Flight;
  /** What is too large to be sent; absent until something is. */
  #aside?: Outbox;
  /** Whether nothing can be sent, because what is too large is part of a whole portion. */
  #isBlocked = false;
  readonly #asks: Asks;
  /** Whether the next message has all that the sources here say of the portion. */
  #offers: boolean;
  /** The value of {@link pauses} that the other end was told last; `null` where it may have heard something else since. */
  #toldPause: boolean | null;
  readonly #unseen: Unseen;
  /** Messages without content, which go before what waits. */
  #controls: readonly Message[];

  /** @param carried how it was in the run before */
  constructor(
    { self, peer, ancestry, isMade = false, wants }: LinkOptions,
    state: LinkState,
    {
      id = '',
      numbers = [0, 0],
      waiting,
      unseen,
      asks,
      controls = NOTHING,
      ...carried
    }: Partial<CarriedLink> = {},
  ) {
    // Of entities above it a parent hears, whatever it asks for.
    const kinds = wants && new Set([...wants, ...ancestry.map(({ entityName }) => entityName)]);
    const concerns = kinds && ((name: string): boolean => kinds.has(name));
    this.#self = self;
    this.peer = peer;
    this.ancestry = ancestry;
    this.isMade = isMade;
    this.wants = wants;
    this.isParent = state === 'apart' || state === 'joining' || state === 'joined';
    this.#state = state;
    this.#id = id;
    [this.#sent, this.#taken] = numbers;
    this.waiting = new Outbox(waiting, concerns);
    this.#unseen = new Unseen(unseen);
    this.#asks = new Asks(asks);
    this.#controls = controls;
    this.#offers = carried.offers ?? false;
    this.pauses = carried.pauses ?? false;
    this.#toldPause = carried.toldPause === undefined ? false : carried.toldPause;
  }

  get id(): string {
    return this.#id;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whether so much was sent since the other end has said anything that it is to be asked. */
  get isUnanswered(): boolean {
    return this.#unseen.isTooMuch;
  }

  /** Whether there is anything to send now. */
  get isDue(): boolean {
    if (this.#flight || this.#isBlocked) return false;
    if (this.#controls.length > 0 || this.#state === 'owing') return true;
    if (this.#state !== 'joined' && this.#state !== 'telling') return false;
    return !this.waiting.isEmpty || !this.#asks.isEmpty || this.pauses !== this.#toldPause;
  }

  /** Whether something was said here that the other end has not decided on yet; an empty field for all of an entity. */
  isPending(ref: EntityRef, field: string): boolean {
    return (
      this.waiting.has(ref, field) ||
      !!this.#flight?.said.has(ref, field) ||
      !!this.#aside?.has(ref, field) ||
      this.#unseen.has(ref, field)
    );
  }

  /** Whether something of an entity waits to be said, or was and the other end has not decided on it yet. */
  isSaid(ref: EntityRef): boolean {
    return [this.waiting, this.#flight?.said, this.#aside, this.#unseen].some((said) => said?.names(ref));
  }

  /** The child began with all there is to say. */
  started(id: string): void {
    this.#go('start');
    this.#begin(id);
    this.#sent = 1;
    this.#toldPause = this.pauses;
    // The start counts as a message that the other end has not seen, until the child has begun.
    this.#unseen.add(this.waiting.take(), 1);
  }

  /** The child has begun, so it has seen what it was started with. */
  hasBegun(): void {
    this.#unseen.seen(1);
  }

  /** Joins a child that runs. */
  attach(id: string, event: 'attach' | 'stranger' = 'attach'): void {
    this.#go(event);
    this.#waitAgain();
    this.#begin(id);
    const { ancestry, pauses, isMade } = this;
    this.#toldPause = pauses;
    this.#controls = [{ do: 'join', from: this.#self, link: id, ancestry, pauses, isMade }];
  }

  /** The other end is let go. */
  leave(): void {
    const wasThere = this.#state !== 'apart';
    this.#go('leave');
    this.#flight = undefined;
    this.waiting.take();
    this.#aside = undefined;
    this.#controls = wasThere ? [{ do: 'leave', from: this.#self, link: this.#id }] : NOTHING;
  }

  /** The other end is there no more. */
  gone(): void {
    this.#go('gone');
    this.#waitAgain();
    this.#controls = NOTHING;
  }

  /** The other end is owed the whole portion: a parent that has joined, or one that missed a message. */
  owe(): void {
    this.#go('owe');
  }

  /** The first message of a link was taken with the start. */
  began(): void {
    this.#taken = 1;
  }

  /** What waits is all that the sources say of the portion. */
  offer(): void {
    this.#offers = true;
  }

  /** Asks to be told an entity with all its fields. */
  ask(ref: EntityRef): void {
    this.#asks.add([ref]);
  }

  /**
   * Notes a message that arrives.
   *
   * @returns whether it is to be taken: not one that came twice, or from before this end joined
   */
  take(tell: Tell): boolean {
    if (tell.number <= this.#taken) return false;
    if (this.#state === 'joining' && !tell.whole) return false;
    if (tell.number > this.#taken + 1 && !tell.whole) this.#asks.add(true);
    this.#taken = tell.number;
    this.#unseen.seen(tell.seen);
    // The answer to a message may come before its sender hears that the message arrived.
    const underWay = this.#flight?.message;
    if (underWay?.do === 'tell' && underWay.number <= tell.seen) this.#flight = undefined;
    if (tell.whole) {
      this.#go('whole');
      this.#asks.hasAll();
    }
    if (tell.asks === true) this.#go('owe');
    return true;
  }

  /** The next message, if there is one; it is under way until it is {@link accepted} or {@link refused}. */
  next(compose: Compose): Message | undefined {
    if (!this.isDue) return undefined;
    const [control] = this.#controls;
    if (!control) return this.#tell(compose);
    const said = new Outbox();
    this.#flight = { message: control, said, isWhole: false, offers: false, toldPause: this.#toldPause };
    return control;
  }

  /** A message that was under way has arrived. */
  accepted(message: Message): void {
    if (message !== this.#flight?.message) return;
    if (this.#controls[0] === message) this.#controls = this.#controls.slice(1);
    this.#flight = undefined;
  }

  /**
   * A message that was under way has perhaps not arrived: what it said waits again.
   *
   * @param isCertain whether nothing of it has
   */
  refused(message = this.#flight?.message, isCertain = false): void {
    const flight = this.#flight;
    if (!flight || message !== flight.message) return;
    this.waiting.add(flight.said);
    if (flight.isWhole) this.#go('owe');
    this.#asks.add(flight.asks);
    this.#offers ||= flight.offers;
    this.#toldPause = flight.toldPause;
    this.#flight = undefined;
    if (isCertain && message?.do === 'tell') this.#sent = message.number - 1;
  }

  /** A message was not sent, because entities in it are too large: they wait until something changes. */
  setAside(message: Message, refs: readonly EntityRef[]): void {
    if (message !== this.#flight?.message) return;
    this.#isBlocked = this.#flight.isWhole || refs.length === 0;
    this.refused(message, true);
    this.#aside ??= new Outbox([], this.waiting.concerns);
    for (const ref of refs) this.#aside.add(this.waiting.drop(ref));
  }

  get holdsBack(): boolean {
    return this.#isBlocked || this.#aside?.isEmpty === false;
  }

  /** What was too large is tried again. */
  tryAgain(): void {
    this.#isBlocked = false;
    if (this.#aside) this.waiting.add(this.#aside);
    this.#aside = undefined;
  }

  /** For continue-as-new, which changes nothing here: what is under way has arrived, or has not. */
  carry(): CarriedLink {
    const copy = new Link(
      { self: this.#self, peer: this.peer, ancestry: this.ancestry, wants: this.wants },
      this.#state,
    );
    for (const outbox of [this.waiting, this.#aside])
      if (outbox) copy.waiting.add(new Outbox(outbox.carry()));
    copy.#asks.add(this.#asks.all);
    copy.#offers = this.#offers;
    copy.#toldPause = this.#toldPause;
    copy.#flight = this.#flight;
    copy.#sent = this.#sent;
    copy.refused();
    if (this.#flight && this.#flight.toldPause !== this.#toldPause) copy.#toldPause = null;
    return {
      id: this.#id,
      state: copy.#state,
      numbers: [copy.#sent, this.#taken],
      waiting: some(copy.waiting.carry()),
      unseen: some(this.#unseen.carry()),
      asks: copy.#asks.all,
      offers: copy.#offers || undefined,
      pauses: this.pauses || undefined,
      toldPause: copy.#toldPause === false ? undefined : copy.#toldPause,
      controls: some(this.#controls),
    };
  }

  #begin(id: string): void {
    this.#id = id;
    this.#sent = this.#taken = 0;
    this.#unseen.clear();
    this.#asks.clear();
    this.#offers = false;
    this.#controls = NOTHING;
    this.#flight = undefined;
  }

  #tell(compose: Compose): Tell {
    const isWhole = this.#state === 'owing';
    const asks = this.#asks.all;
    const offers = this.#offers;
    const toldPause = this.#toldPause;
    const number = ++this.#sent;
    const said = this.waiting.take();
    if (isWhole) this.#go('told');
    if (this.isParent) this.#unseen.add(said, number);
    this.#asks.clear();
    this.#offers = false;
    this.#toldPause = this.pauses;
    const message: Tell = {
      do: 'tell',
      from: this.#self,
      link: this.#id,
      as: this.isParent ? undefined : 'child',
      number,
      seen: this.#taken,
      ...compose(said, isWhole),
      whole: isWhole || undefined,
      offers: offers || undefined,
      asks,
      pauses: toldPause === this.pauses ? undefined : this.pauses,
    };
    this.#flight = { message, said, isWhole, asks, offers, toldPause };
    return message;
  }

  /** What perhaps did not arrive waits for another workflow that may be the home. */
  #waitAgain(): void {
    this.refused();
    this.#unseen.waitIn(this.waiting);
  }

  #go(event: LinkEvent): void {
    this.#state = TRANSITIONS[this.#state][event] ?? this.#state;
  }
}

/** A list that is not empty. */
const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
