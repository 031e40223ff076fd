import { describe, expect, it } from 'vitest';
import { Link } from './link';
import type { Outbox } from './outbox';
import type { Tell } from './word';

const ref = { name: 'Ticket', id: 't_1' };
const ancestry = [{ workflowId: 'Desk-1', entityName: 'Desk', id: '1' }];
const compose = (waiting: Outbox): Partial<Tell> => ({
  entire: [...waiting.marks()].map(([, mark]) => mark.ref),
});

/** A holder's end that is joined, and the home's. */
function joined(): { holder: Link; home: Link } {
  const holder = new Link({ self: 'Desk-1', peer: 'Ticket-1', ancestry }, 'apart');
  holder.started('run#1');
  const home = new Link({ self: 'Ticket-1', peer: 'Desk-1', ancestry }, 'telling', { id: 'run#1' });
  home.began();
  return { holder, home };
}

/** Sends the next message. */
function send(from: Link): Tell {
  const message = from.next(compose) as Tell;
  from.accepted(message);
  return message;
}

describe('Link', () => {
  it('has nothing to say after a start', () => {
    const { holder, home } = joined();
    expect([holder.isDue, home.isDue]).toEqual([false, false]);
    expect(holder.next(compose)).toBeUndefined();
  });

  it('says one message at a time, and what came meanwhile with the next', () => {
    const { holder } = joined();
    holder.waiting.mark(ref, ['title']);
    const first = holder.next(compose) as Tell;
    holder.waiting.mark(ref, ['note']);
    expect(holder.next(compose)).toBeUndefined();
    holder.accepted(first);
    expect([first.number, send(holder).number]).toEqual([2, 3]);
    expect(holder.isDue).toBe(false);
  });

  it('keeps its own value until the other end has seen it, and no longer', () => {
    const { holder, home } = joined();
    holder.waiting.mark(ref, ['title']);
    expect(holder.isPending(ref, 'title')).toBe(true);
    home.waiting.mark(ref, ['note']);
    const crossed = send(home);
    const contribution = send(holder);
    expect(holder.take(crossed)).toBe(true);
    expect(holder.isPending(ref, 'title')).toBe(true);
    expect(home.take(contribution)).toBe(true);
    home.waiting.mark(ref, ['note']);
    expect(holder.take(send(home))).toBe(true);
    expect(holder.isPending(ref, 'title')).toBe(false);
  });

  it('has what is answered count as arrived, before it hears that it did', () => {
    const { holder, home } = joined();
    holder.waiting.mark(ref, ['title']);
    const question = holder.next(compose) as Tell;
    home.take(question);
    home.waiting.mark(ref, ['title']);
    holder.take(send(home));
    expect(holder.isPending(ref, 'title')).toBe(false);
    // That it may not have arrived is no news.
    holder.refused(question);
    expect(holder.isDue).toBe(false);
  });

  it('leaves aside what comes twice', () => {
    const { holder, home } = joined();
    holder.waiting.mark(ref, ['title']);
    const message = send(holder);
    expect([home.take(message), home.take(message)]).toEqual([true, false]);
  });

  it('takes what comes after a gap, and asks for the whole', () => {
    const { holder, home } = joined();
    for (const field of ['title', 'note']) {
      home.waiting.mark(ref, [field]);
      const message = send(home);
      if (field === 'note') expect(holder.take(message)).toBe(true);
    }
    const asks = send(holder);
    expect(asks.asks).toBe(true);
    home.take(asks);
    expect(home.state).toBe('owing');
    expect(send(home)).toMatchObject({ whole: true, number: 3 });
    expect(home.state).toBe('telling');
  });

  it('has what perhaps did not arrive wait again, under a new number', () => {
    const { holder, home } = joined();
    holder.waiting.mark(ref, ['title']);
    const lost = holder.next(compose) as Tell;
    holder.refused(lost);
    const again = send(holder);
    expect([lost.number, again.number, again.entire]).toEqual([2, 3, [ref]]);
    expect(home.take(again)).toBe(true);
  });

  it('joins, holds back what it has to say, and says it once it has the whole', () => {
    const holder = new Link({ self: 'Desk-1', peer: 'Ticket-1', ancestry }, 'apart');
    holder.waiting.mark(ref, ['title']);
    holder.attach('run#1');
    const join = holder.next(compose);
    expect(join).toEqual({
      do: 'join',
      from: 'Desk-1',
      link: 'run#1',
      ancestry,
      pauses: false,
      isMade: false,
    });
    if (join) holder.accepted(join);
    expect(holder.isDue).toBe(false);
    const home = new Link({ self: 'Ticket-1', peer: 'Desk-1', ancestry }, 'owing', { id: 'run#1' });
    expect(holder.take({ ...send(home), whole: undefined })).toBe(false);
    home.owe();
    expect(holder.take(send(home))).toBe(true);
    expect([holder.state, send(holder).entire]).toEqual(['joined', [ref]]);
  });

  it('says again to another home what was written and not seen, but not what sources gave', () => {
    const { holder } = joined();
    holder.waiting.mark(ref, ['title']);
    holder.waiting.mark(ref, ['status'], 'tickets');
    send(holder);
    holder.gone();
    expect(holder.state).toBe('apart');
    expect([...holder.waiting.marks()].map(([lane, { fields }]) => [lane, [...fields]])).toEqual([
      ['', ['title']],
    ]);
  });

  it('joins anew when the child knows no such link', () => {
    const { holder } = joined();
    holder.attach('run#2', 'stranger');
    expect(holder.state).toBe('joining');
    expect(holder.next(compose)).toMatchObject({ do: 'join', link: 'run#2' });
  });

  it('leaves a child that is there, and not one that is not', () => {
    const { holder } = joined();
    holder.leave();
    expect(holder.next(compose)).toEqual({ do: 'leave', from: 'Desk-1', link: 'run#1' });
    const apart = new Link({ self: 'Desk-1', peer: 'Ticket-1', ancestry }, 'apart');
    apart.leave();
    expect(apart.isDue).toBe(false);
  });

  it('says a pause once', () => {
    const { holder } = joined();
    holder.pauses = true;
    expect(send(holder).pauses).toBe(true);
    holder.waiting.mark(ref, ['title']);
    expect(send(holder).pauses).toBeUndefined();
  });

  it('takes back a pause that was under way as the run ended, and may have arrived', () => {
    const { holder } = joined();
    holder.pauses = true;
    expect(holder.next(compose)).toMatchObject({ pauses: true });
    holder.pauses = false;
    const next = new Link({ self: 'Desk-1', peer: 'Ticket-1', ancestry }, 'joined', holder.carry());
    expect(send(next)).toMatchObject({ pauses: false });
    expect(next.isDue).toBe(false);
  });

  it('goes through continue-as-new, with what is under way and what is not seen', () => {
    const { holder, home } = joined();
    holder.waiting.mark(ref, ['title']);
    send(holder);
    holder.waiting.mark(ref, ['note']);
    holder.next(compose);
    const options = { self: 'Desk-1', peer: 'Ticket-1', ancestry };
    const carried = JSON.parse(JSON.stringify(holder.carry())) as ReturnType<Link['carry']>;
    const next = new Link(options, carried.state, carried);
    expect([next.isPending(ref, 'title'), next.isPending(ref, 'note')]).toEqual([true, true]);
    const again = send(next);
    expect([again.number, again.link]).toEqual([4, 'run#1']);
    expect(home.take(again)).toBe(true);
  });
});
