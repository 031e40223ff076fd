import type { EntityRef } from '../../../src/contract/adapter';
import type { Entities, Json } from '../../../src/contract/schema';
import type { ChangeSet, DeletePayload, UpdatePayload } from '../../../src/contract/wire';
import type { End, ExchangeHost, Self } from '../../../src/hierarchy/host';
import { idsOf } from '../../../src/hierarchy/managed-path';
import { Link } from '../../../src/hierarchy/link';
import { Pauses } from '../../../src/hierarchy/pauses';
import { isOwn } from '../../../src/hierarchy/speech';
import type { Message, Start, Tell, Word } from '../../../src/hierarchy/word';
import type { EntityState } from '../../../src/state/entity-state';
import type { Integration, SourceContent } from '../../../src/state/integrate';
import { keyOf } from '../../../src/state/refs';
import type { Protocol } from './world';

/** A message with the time at which what it says was written. */
interface Timed extends Tell {
  readonly at: number;
}

const NOTHING: ChangeSet = { upserts: {}, unset: {}, deletes: [] };

/**
 * What the hierarchy did before there was one home for each entity, in short: whoever holds an entity decides about
 * it, the later of two writes to a field stands, what is removed is removed wherever it is, and the references to it
 * go with a write of whoever hears of that. It is here to show that the test finds what was wrong with it.
 */
export class ByTime implements Protocol {
  static #now = 0;
  readonly pauses = new Pauses();
  readonly outgoing = this;
  readonly #below = new Map<string, { link: Link; item: EntityRef; out: Message[] }>();
  readonly #above = new Map<string, Message[]>();
  readonly #times = new Map<string, number>();

  constructor(
    readonly self: Self,
    readonly state: EntityState,
    readonly host: ExchangeHost,
  ) {}

  get parents(): IterableIterator<string> {
    return this.#above.keys();
  }

  childOf(item: EntityRef): Link | undefined {
    return [...this.#below.values()].find((below) => keyOf(below.item) === keyOf(item))?.link;
  }

  begin({ from, word, pauses }: Start): ChangeSet {
    this.#above.set(from, []);
    this.pauses.set(pauses);
    this.#write(word, 0);
    this.host.changed(NOTHING);
    return NOTHING;
  }

  load(source: string, content: SourceContent): Integration {
    const result = this.state.integrate(source, content, { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 });
    if ('changes' in result) this.#changed(result.changes, ++ByTime.#now);
    return result;
  }

  update(payload: UpdatePayload): ChangeSet {
    this.#changed(this.state.update(payload), ++ByTime.#now);
    return NOTHING;
  }

  delete(payload: DeletePayload): ChangeSet {
    this.#changed(this.state.delete(payload), ++ByTime.#now);
    return NOTHING;
  }

  pause(isPaused: boolean): void {
    this.pauses.set(isPaused);
    for (const { link } of this.#below.values()) link.pauses = isPaused;
    for (const peer of this.#below.keys()) this.#say(peer, {}, 0, isPaused);
  }

  open(peer: string, item: EntityRef): Link {
    const link = new Link({ self: this.self.workflowId, peer, ancestry: [] }, 'apart');
    this.#below.set(peer, { link, item, out: [] });
    return link;
  }

  close(peer: string): void {
    this.#below.delete(peer);
    this.#leaving.set(peer, { do: 'leave', from: this.self.workflowId, link: '' });
    this.host.wake(peer, 'parent');
  }

  start(peer: string): Start {
    const below = this.#below.get(peer);
    below?.link.started('');
    const { store } = this.state;
    const item = below?.item as EntityRef;
    const fields = store.get(item.name, item.id) ?? {};
    const parts = idsOf(fields['subs']).map((id) => [id, store.get('Sub', id) ?? {}] as const);
    const word: Word = { set: { [item.name]: { [item.id]: fields } } };
    if (parts.length > 0) Object.assign(word.set as object, { Sub: Object.fromEntries(parts) });
    const { isPaused: pauses } = this.pauses;
    return { from: this.self.workflowId, link: '', ancestry: [], sources: {}, word, pauses, isMade: false };
  }

  attach(peer: string): void {
    this.#below.get(peer)?.link.started('');
    const out = this.#below.get(peer)?.out;
    out?.push({
      do: 'join',
      from: this.self.workflowId,
      link: '',
      ancestry: [],
      pauses: this.pauses.isPaused,
      isMade: false,
    });
    this.host.wake(peer, 'parent');
    this.#sayAll(peer);
  }

  gone(peer: string): ChangeSet {
    this.#below.get(peer)?.link.gone();
    this.#above.delete(peer);
    return NOTHING;
  }

  readonly #leaving = new Map<string, Message>();

  next(peer: string, as: End): Message | undefined {
    if (as !== 'parent') return undefined;
    return this.#leaving.get(peer) ?? this.#out(peer)?.[0];
  }

  accepted(peer: string, message: Message): void {
    if (this.#leaving.get(peer) === message) this.#leaving.delete(peer);
    const out = this.#out(peer);
    if (out?.[0] === message) out.shift();
    if (out && out.length > 0) this.host.wake(peer, 'parent');
  }

  refused(): void {}

  receive(message: Message): ChangeSet {
    const { from } = message;
    if (message.do === 'join') {
      if (!this.#above.has(from)) this.#above.set(from, []);
      this.#sayAll(from);
    } else if (message.do === 'leave') this.#above.delete(from);
    else if (message.do === 'tell') this.#hear(message as Timed);
    return NOTHING;
  }

  begun(): void {}

  remember(): void {}

  carry(): never {
    throw new Error('It does not continue as new.');
  }

  #hear({ from, word = {}, at, pauses }: Timed): void {
    if (pauses !== undefined) this.pause(pauses);
    const removed = (word.deletes ?? []).filter((ref) => {
      const isGiven = this.state.provenance(ref.name, ref.id).some(({ source }) => isOwn(source));
      return !isGiven && !this.state.isRoot(ref.name, ref.id) && this.#timeOf(ref) < at;
    });
    // Here a removal becomes a write, of now, to every list that held what went.
    if (removed.length > 0) this.#changed(this.state.remove(removed), ++ByTime.#now);
    const changes = this.#write(word, at);
    this.#changed(changes, at, from);
  }

  /** Writes what is later than what is held. */
  #write({ set = {} }: Word, at: number): ChangeSet {
    const draft = this.state.store.draft();
    for (const [name, some] of Object.entries(set))
      for (const [id, fields] of Object.entries(some)) {
        const held = this.state.store.get(name, id);
        if (!held && !this.#isListed(name, id, set)) continue;
        const later = Object.entries(fields).filter(
          ([field]) => !held || at > (this.#times.get(`${keyOf({ name, id })}:${field}`) ?? 0),
        );
        draft.put(name, id, { ...held, ...(Object.fromEntries(later) as Record<string, Json>) });
      }
    return this.state.commit(draft);
  }

  #isListed(name: string, id: string, set: Entities): boolean {
    const { root } = this.state;
    if (root.name === 'Shop') return true;
    if (root.name !== 'Item' || name !== 'Sub') return this.state.isRoot(name, id);
    const fields = set['Item']?.[root.id] ?? this.state.store.get('Item', root.id);
    return idsOf(fields?.['subs']).includes(id);
  }

  #changed({ upserts, deletes }: ChangeSet, at: number, from?: string): void {
    let isListed = false;
    for (const [name, some] of Object.entries(upserts))
      for (const [id, fields] of Object.entries(some)) {
        isListed ||= this.state.isRoot(name, id);
        for (const field of Object.keys(fields)) this.#times.set(`${keyOf({ name, id })}:${field}`, at);
      }
    if (isListed) this.host.changed(NOTHING);
    if (Object.keys(upserts).length === 0 && deletes.length === 0) return;
    const { Item = {}, Sub = {} } = upserts;
    for (const peer of [...this.#below.keys(), ...this.#above.keys()])
      if (peer !== from) this.#say(peer, { set: { Item, Sub }, deletes }, at);
  }

  #timeOf({ name, id }: EntityRef): number {
    const fields = Object.keys(this.state.store.get(name, id) ?? {});
    return Math.max(0, ...fields.map((field) => this.#times.get(`${keyOf({ name, id })}:${field}`) ?? 0));
  }

  #sayAll(peer: string): void {
    for (const [name, some] of Object.entries(this.state.store.entities))
      for (const [id, fields] of Object.entries(some))
        for (const [field, value] of Object.entries(fields))
          if (name !== 'Shop')
            this.#say(
              peer,
              { set: { [name]: { [id]: { [field]: value } } } },
              this.#times.get(`${name}:${id}:${field}`) ?? 0,
            );
  }

  #say(peer: string, word: Word, at: number, pauses?: boolean): void {
    const tell: Timed = {
      do: 'tell',
      from: this.self.workflowId,
      link: '',
      number: 0,
      seen: 0,
      word,
      at,
      pauses,
    };
    this.#out(peer)?.push(tell);
    this.host.wake(peer, 'parent');
  }

  #out(peer: string): Message[] | undefined {
    return this.#below.get(peer)?.out ?? this.#above.get(peer);
  }
}
