import { beforeEach, describe, expect, it } from 'vitest';
import { EntityStore } from '../state/entity-store';
import { Dirty } from './dirty';
import { messagesOf, MOST_PAYLOAD, type Receiver, tooLarge } from './messages';
import { Stamps } from './stamps';

describe('messagesOf', () => {
  let store: EntityStore;
  let stamps: Stamps;
  let dirty: Dirty;
  beforeEach(() => {
    store = new EntityStore(
      { Desk: {}, Ticket: {} },
      { Desk: { d: { name: 'd' } }, Ticket: { t: { title: 'x', note: 'n' }, u: { title: 'y' } } },
    );
    stamps = new Stamps();
    dirty = new Dirty();
  });
  const messages = (receiver: Partial<Receiver> = {}) =>
    messagesOf({ workflowId: 'Desk-d', store, stamps }, dirty, { entityName: 'Ticket', ...receiver }).map(
      ({ signal, payload, envelope }) => ({ signal, payload, envelope }),
    );

  it('are none when nothing waits, or when what waits is not there any more', () => {
    expect(messages()).toEqual([]);
    dirty.mark('Ticket', 'gone', ['title']);
    expect(messages()).toEqual([]);
  });

  it('hold the fields that wait, with their values now, and those that went away', () => {
    dirty.mark('Ticket', 't', ['title', 'owner']);
    dirty.mark('Ticket', 'u', true);
    expect(messages()).toEqual([
      {
        signal: 'update',
        payload: {
          entityName: 'Ticket',
          updates: { Ticket: { t: { title: 'x' }, u: { title: 'y' } } },
          unset: { Ticket: { t: ['owner'] } },
          changeOrigin: 'Desk-d',
        },
        envelope: { from: 'Desk-d', at: 0 },
      },
    ]);
  });

  it('say when that was written: one time, and those that differ', () => {
    stamps.write('Ticket', 't', 'title', 7);
    stamps.write('Ticket', 't', 'note', 5);
    stamps.write('Ticket', 'u', 'title', 7);
    dirty.mark('Ticket', 't', true);
    dirty.mark('Ticket', 'u', true);
    expect(messages({ as: 'child', strategy: '$set' })).toMatchObject([
      {
        payload: { strategy: '$set' },
        envelope: { from: 'Desk-d', as: 'child', at: 7, stamps: { Ticket: { t: { note: 5 } } } },
      },
    ]);
  });

  it('take away what is gone after everything that led to it', () => {
    stamps.remove('Ticket', 'gone', 9);
    dirty.remove({ name: 'Ticket', id: 'gone' });
    dirty.mark('Ticket', 't', ['title']);
    expect(messages()).toMatchObject([
      { signal: 'update' },
      {
        signal: 'delete',
        payload: { entityName: 'Ticket', deletions: { Ticket: ['gone'] }, changeOrigin: 'Desk-d' },
        envelope: { from: 'Desk-d', at: 9 },
      },
    ]);
  });

  it('take away what came back before they give what it is now', () => {
    stamps.remove('Ticket', 't', 4);
    stamps.write('Ticket', 't', 'title', 6);
    dirty.remove({ name: 'Ticket', id: 't' });
    dirty.mark('Ticket', 't', ['title']);
    expect(messages()).toMatchObject([
      { signal: 'delete', envelope: { at: 4 } },
      { signal: 'update', envelope: { at: 6 } },
    ]);
  });

  it('tell what is only no part any more from what is gone', () => {
    stamps.write('Ticket', 't', 'title', 6);
    dirty.part({ name: 'Ticket', id: 't' });
    expect(messages()).toMatchObject([{ signal: 'delete', payload: { deletions: { Ticket: ['t'] } } }]);
    expect(messages()[0]?.envelope).toEqual({ from: 'Desk-d' });
  });

  it('call entities as the receiver does, values and times alike', () => {
    stamps.write('Ticket', 't', 'title', 7);
    stamps.write('Ticket', 't', 'note', 5);
    dirty.mark('Ticket', 't', true);
    const rename = ({ name, id }: { name: string; id: string }) =>
      id === 't' ? { name: 'Case', id: '7' } : { name, id };
    expect(messages({ entityName: 'Case', rename })).toMatchObject([
      {
        payload: { entityName: 'Case', updates: { Case: { 7: { title: 'x', note: 'n' } } } },
        envelope: { stamps: { Case: { 7: { note: 5 } } } },
      },
    ]);
  });

  it('tell of a projection instead, where there is one', () => {
    const projection = {
      store: new EntityStore({ Ticket: {} }, { Ticket: { t: { title: 'X' } } }),
      stamps: new Stamps(),
    };
    projection.stamps.write('Ticket', 't', 'title', 3);
    dirty.mark('Ticket', 't', ['title', 'note']);
    expect(messages({ projection })).toMatchObject([
      {
        payload: { updates: { Ticket: { t: { title: 'X' } } }, unset: { Ticket: { t: ['note'] } } },
        envelope: { at: 3 },
      },
    ]);
  });

  it('are several where one would be too large, and know how large they are', () => {
    const text = 'x'.repeat(100_000);
    store.upsert(
      'Ticket',
      Array.from({ length: 6 }, (_, i) => ({ id: `l${i}`, text })),
    );
    for (let i = 0; i < 6; i++) dirty.mark('Ticket', `l${i}`, true);
    const sender = { workflowId: 'Desk-d', store, stamps };
    const sent = messagesOf(sender, dirty, { entityName: 'Ticket' });
    expect(sent).toHaveLength(3);
    for (const { payload, bytes } of sent) {
      expect(bytes).toBeGreaterThanOrEqual(JSON.stringify(payload).length);
      expect(bytes).toBeLessThan(MOST_PAYLOAD);
    }
    expect(tooLarge(3_000_000).message).toContain('3000000 bytes');
  });
});
