import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import { keyOf } from '../state/refs';
import { type LinkEvent, type LinkState, TRANSITIONS } from './link-state';
import { type CarriedOutbox, Outbox, WRITTEN } from './outbox';
import type { Message, Tell } from './word';

/** Of so many fields it may be unknown whether the other end has seen them. One that says nothing is asked then. */
const MOST_UNSEEN = 1_000;

/** A field that was sent, until the other end has seen it. */
interface Unseen {
  readonly ref: EntityRef;
  /** Empty for all of the entity, or its removal. */
  readonly field: string;
  readonly number: number;
  readonly isWritten: boolean;
  readonly isRemoval: boolean;
}

/** A {@link Link} as it travels through continue-as-new; of thousands most have nothing but their numbers. */
export interface CarriedLink {
  readonly id: string;
  readonly state: LinkState;
  readonly numbers: readonly [sent: number, taken: number];
  readonly waiting?: CarriedOutbox;
  readonly unseen?: readonly Unseen[];
  readonly asks?: true | readonly EntityRef[];
  readonly offers?: true;
  readonly pauses?: true;
  readonly toldPause?: true;
  readonly controls?: readonly Message[];
}

/** Says what is in an outbox, as it is now. */
export type Compose = (waiting: Outbox, isWhole: boolean) => Partial<Tell>;

/** What a link is to. */
export interface LinkOptions {
  readonly self: string;
  /** From the top of the hierarchy to the holder. */
  readonly ancestry: readonly Ancestor[];
  /** The workflow at the other end. */
  readonly peer: string;
  /** Whether the child's root is made from the item: then neither is a copy of the other. */
  readonly isMade?: boolean;
  /** The kinds of entity that the other end wants to hear of. @default all */
  readonly wants?: readonly string[];
}

/** What is under way, and what was to be said besides. */
interface Flight {
  readonly message: Message;
  readonly said: Outbox;
  readonly isWhole: boolean;
  readonly asks: ReadonlyMap<string, EntityRef> | true;
  readonly offers: boolean;
  readonly toldPause: boolean;
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
  /** Whether this is a parent's end, and so one to the home of the portion. */
  readonly isParent: boolean;
  readonly wants?: readonly string[];
  /** What waits. */
  waiting: Outbox;
  /** Whether the other end is to pause; of a holder. */
  pauses = false;
  readonly #self: string;
  #id: string;
  #state: LinkState;
  #sent = 0;
  #taken = 0;
  #flight?: Flight;
  /** What is too large to be sent. */
  #aside: Outbox;
  /** Whether what is to be told cannot be sent without what is too large. */
  #isBlocked = false;
  #asks: true | Map<string, EntityRef> = new Map();
  /** Whether all that the sources say of the portion is to be said, and nothing else is. */
  #offers = false;
  /** What the other end knows of {@link pauses}. */
  #toldPause = false;
  #unseen = new Map<string, Unseen>();
  /** Messages without content, which go before what waits. */
  #controls: Message[] = [];

  constructor(
    { self, peer, ancestry, isMade = false, wants }: LinkOptions,
    state: LinkState,
    id = '',
    waiting: CarriedOutbox = [],
  ) {
    // Of what is above it hears also where it does not ask for it.
    const kinds = wants && new Set([...wants, ...ancestry.map(({ entityName }) => entityName)]);
    this.wants = wants;
    const concerns = kinds && ((name: string): boolean => kinds.has(name));
    this.waiting = new Outbox(waiting, concerns);
    this.#aside = new Outbox([], concerns);
    this.#self = self;
    this.peer = peer;
    this.ancestry = ancestry;
    this.isMade = isMade;
    this.#state = state;
    this.#id = id;
    this.isParent = state === 'apart' || state === 'joining' || state === 'joined';
  }

  get id(): string {
    return this.#id;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whether so much was sent since the other end has said anything that it is to be asked. */
  get isUnanswered(): boolean {
    return this.#unseen.size > MOST_UNSEEN;
  }

  /** Whether there is anything to send now. */
  get isDue(): boolean {
    if (this.#flight || this.#isBlocked) return false;
    if (this.#controls.length > 0 || this.#state === 'owing') return true;
    if (this.#state !== 'joined' && this.#state !== 'telling') return false;
    return !this.waiting.isEmpty || this.#isAsking || this.pauses !== this.#toldPause;
  }

  /** Whether something was said here that the other end has not decided on yet; an empty field for all of an entity. */
  isPending(ref: EntityRef, field: string): boolean {
    return (
      this.waiting.has(ref, field) ||
      !!this.#flight?.said.has(ref, field) ||
      this.#aside.has(ref, field) ||
      this.#unseen.has(keyIn(ref, field)) ||
      this.#unseen.has(keyIn(ref, ''))
    );
  }

  /** The child began with all there is to say. */
  started(id: string): void {
    this.#go('start');
    this.#begin(id);
    this.#sent = 1;
    this.#toldPause = this.pauses;
    // Until it is known that it began.
    this.#note(this.waiting.take(), 1);
  }

  /** The child did begin: whatever it says, it knows that. */
  hasBegun(): void {
    for (const [key, { number }] of this.#unseen) if (number === 1) this.#unseen.delete(key);
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
    this.#aside.take();
    this.#controls = wasThere ? [{ do: 'leave', from: this.#self, link: this.#id }] : [];
  }

  /** The other end is there no more. */
  gone(): void {
    this.#go('gone');
    this.#waitAgain();
    this.#controls = [];
  }

  /** A parent has joined: it is owed the whole portion. Also what it missed. */
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
    if (this.#asks !== true) this.#asks.set(keyOf(ref), ref);
  }

  /**
   * Notes a message that arrives.
   *
   * @returns whether it is to be taken: not one that came twice, or from before this end joined
   */
  take(tell: Tell): boolean {
    if (tell.number <= this.#taken) return false;
    if (this.#state === 'joining' && !tell.whole) return false;
    if (tell.number > this.#taken + 1 && !tell.whole) this.#asks = true;
    this.#taken = tell.number;
    for (const [key, { number }] of this.#unseen) if (number <= tell.seen) this.#unseen.delete(key);
    // An answer may come before whoever sent the question hears that it arrived.
    const underWay = this.#flight?.message;
    if (underWay?.do === 'tell' && underWay.number <= tell.seen) this.#flight = undefined;
    if (tell.whole) {
      this.#go('whole');
      if (this.#asks === true) this.#asks = new Map();
    }
    if (tell.asks === true) this.#go('owe');
    return true;
  }

  /** The next message, if there is one; it is under way until it is {@link accepted} or {@link refused}. */
  next(compose: Compose): Message | undefined {
    if (!this.isDue) return undefined;
    const [control] = this.#controls;
    if (!control) return this.#tell(compose);
    const nothing = new Outbox();
    const flight = { said: nothing, isWhole: false, asks: new Map<string, EntityRef>(), offers: false };
    this.#flight = { ...flight, message: control, toldPause: this.#toldPause };
    return control;
  }

  /** A message that was under way has arrived. */
  accepted(message: Message): void {
    if (message !== this.#flight?.message) return;
    if (this.#controls[0] === message) this.#controls.shift();
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
    if (flight.asks === true) this.#asks = true;
    else for (const ref of flight.asks.values()) this.ask(ref);
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
    for (const ref of refs) this.#aside.add(this.waiting.drop(ref));
  }

  get holdsBack(): boolean {
    return this.#isBlocked || !this.#aside.isEmpty;
  }

  /** What was too large is tried again. */
  tryAgain(): void {
    this.#isBlocked = false;
    if (!this.#aside.isEmpty) this.waiting.add(this.#aside.take());
  }

  /** For continue-as-new, which changes nothing here: what is under way has arrived, or has not. */
  carry(): CarriedLink {
    const copy = new Link(
      { self: this.#self, peer: this.peer, ancestry: this.ancestry, wants: this.wants },
      this.#state,
    );
    for (const outbox of [this.waiting, this.#aside]) copy.waiting.add(new Outbox(outbox.carry()));
    copy.#asks = this.#asks === true || new Map(this.#asks);
    copy.#offers = this.#offers;
    copy.#toldPause = this.#toldPause;
    copy.#flight = this.#flight;
    copy.#sent = this.#sent;
    copy.refused();
    const asks = copy.#asks === true || [...copy.#asks.values()];
    return {
      id: this.#id,
      state: copy.#state,
      numbers: [copy.#sent, this.#taken],
      waiting: some(copy.waiting.carry()),
      unseen: some([...this.#unseen.values()]),
      asks: asks === true || some(asks),
      offers: copy.#offers || undefined,
      pauses: this.pauses || undefined,
      toldPause: copy.#toldPause || undefined,
      controls: some(this.#controls),
    };
  }

  static from(options: LinkOptions, carried: CarriedLink): Link {
    const link = new Link(options, carried.state, carried.id, carried.waiting);
    [link.#sent, link.#taken] = carried.numbers;
    for (const unseen of carried.unseen ?? []) link.#unseen.set(keyIn(unseen.ref, unseen.field), unseen);
    const { asks = [], offers = false, toldPause = false, pauses = false, controls = [] } = carried;
    link.#asks = asks === true || new Map(asks.map((ref) => [keyOf(ref), ref]));
    link.#offers = offers;
    link.#toldPause = toldPause;
    link.pauses = pauses;
    link.#controls = [...controls];
    return link;
  }

  get #isAsking(): boolean {
    return this.#asks === true || this.#asks.size > 0;
  }

  #begin(id: string): void {
    this.#id = id;
    this.#sent = this.#taken = 0;
    this.#unseen = new Map();
    this.#asks = new Map();
    this.#offers = false;
    this.#controls = [];
    this.#flight = undefined;
  }

  #tell(compose: Compose): Tell {
    const isWhole = this.#state === 'owing';
    const flight = { isWhole, asks: this.#asks, offers: this.#offers, toldPause: this.#toldPause };
    const number = ++this.#sent;
    const said = this.waiting.take();
    if (isWhole) this.#go('told');
    if (this.isParent) this.#note(said, number);
    [this.#asks, this.#offers, this.#toldPause] = [new Map(), false, this.pauses];
    const { asks, offers, toldPause } = flight;
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
      asks: asks === true || (asks.size > 0 ? [...asks.values()] : undefined),
      pauses: toldPause === this.pauses ? undefined : this.pauses,
    };
    this.#flight = { ...flight, message, said };
    return message;
  }

  /** What was written here and perhaps not seen waits for another that may be the home. */
  #waitAgain(): void {
    this.refused();
    for (const { ref, field, isWritten, isRemoval } of this.#unseen.values()) {
      if (!isWritten) continue;
      if (field) this.waiting.mark(ref, [field]);
      else if (isRemoval) this.waiting.remove(ref);
      else this.waiting.markEntire(ref);
    }
    this.#unseen = new Map();
  }

  #note(told: Outbox, number: number): void {
    for (const [lane, { ref, fields, entire, removed: isRemoval = false }] of told.marks())
      for (const field of entire || isRemoval ? ['', ...fields] : fields) {
        const isWritten = lane === WRITTEN;
        this.#unseen.set(keyIn(ref, field), { ref, field, number, isWritten, isRemoval });
      }
  }

  #go(event: LinkEvent): void {
    this.#state = TRANSITIONS[this.#state][event] ?? this.#state;
  }
}

const keyIn = (ref: EntityRef, field: string): string => `${keyOf(ref)}:${field}`;

/** A list that is not empty. */
const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
