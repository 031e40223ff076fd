import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, type Fields, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { Exchange } from './exchange';
import { ExchangeOutlet } from './outlet';
import type { Parcel } from './signal-channel';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
});
const item = { name: 'Ticket', id: 't_1' };
const entity = { name: 'Case', id: 'c_1' };
const PEER = 'Case-c_1';
const LARGE = 'x'.repeat(2_000_000);

describe('ExchangeOutlet', () => {
  let exchange: Exchange;
  let outlet: ExchangeOutlet;

  beforeEach(() => {
    const state = new EntityState({ name: 'Desk', id: '1' }, schema);
    const host = { changed() {}, wake() {}, left() {}, paused() {}, has: () => true, make: () => ({}) };
    exchange = new Exchange({ workflowId: 'Desk-1', runId: 'run' }, state, host);
    write('Desk', '1', { tickets: ['t_1'] });
    write('Ticket', 't_1', { title: 'a', comments: ['k_1'] });
    exchange.open(PEER, item);
    exchange.start(PEER);
    exchange.begun(PEER);
    const control = ({ do: what }: { readonly do: string }): readonly [string, unknown] => [what, 'payload'];
    outlet = new ExchangeOutlet(exchange, { workflowId: PEER, as: 'parent', item, entity, control });
  });

  const write = (name: string, id: string, fields: Fields): void =>
    void exchange.update({ entityName: name, updates: { [name]: { [id]: fields } } });
  const taken = (parcel: Parcel | undefined): Parcel['signals'] => {
    parcel?.accepted();
    return parcel?.signals ?? [];
  };

  it('has nothing to send where there is nothing to say', () => {
    expect([outlet.isDue, outlet.next(), outlet.problem]).toEqual([false, undefined, undefined]);
  });

  it('names the item as the other workflow does', () => {
    write('Ticket', 't_1', { title: 'b' });
    expect(outlet.isDue).toBe(true);
    expect(taken(outlet.next())).toMatchObject([
      { signal: 'update', payload: { entityName: 'Case', updates: { Case: { c_1: { title: 'b' } } } } },
    ]);
    expect(outlet.isDue).toBe(false);
  });

  it('says again what was refused, with what came meanwhile', () => {
    write('Ticket', 't_1', { title: 'b' });
    const parcel = outlet.next();
    write('Ticket', 't_1', { note: 'n' });
    parcel?.refused(false);
    expect(taken(outlet.next())).toMatchObject([
      { payload: { updates: { Case: { c_1: { title: 'b', note: 'n' } } } }, envelope: { number: 2 } },
    ]);
  });

  it('has what is too large wait and says so, takes nothing else with it, and sends it once it is smaller', () => {
    write('Comment', 'k_1', { text: LARGE });
    write('Ticket', 't_1', { title: 'b' });
    const [signal, ...others] = taken(outlet.next());
    expect(others).toEqual([]);
    expect(signal?.payload).toMatchObject({ updates: { Case: { c_1: { title: 'b' } } } });
    expect(JSON.stringify(signal?.payload)).not.toContain('k_1":{');
    expect(outlet.problem).toContain('Hold less in one entity');
    expect(outlet.isDue).toBe(false);
    write('Comment', 'k_1', { text: 'short' });
    expect(taken(outlet.next())).toMatchObject([
      { payload: { updates: { Comment: { k_1: { text: 'short' } } } }, envelope: { number: 3 } },
    ]);
    expect(outlet.problem).toBeUndefined();
  });

  it('has the item itself wait where that is too large, by the name that it has here', () => {
    write('Ticket', 't_1', { title: LARGE });
    expect([outlet.next(), outlet.isDue]).toEqual([undefined, false]);
    write('Ticket', 't_1', { title: 'b' });
    expect(taken(outlet.next())).toMatchObject([{ payload: { updates: { Case: { c_1: { title: 'b' } } } } }]);
  });

  it('sends a message without content as it is told to, by its link', () => {
    exchange.close(PEER);
    expect(taken(outlet.next())).toEqual([
      { signal: 'leave', payload: 'payload', envelope: { from: 'Desk-1', link: 'run#1' }, bytes: 500 },
    ]);
    expect(outlet.isDue).toBe(false);
  });
});
