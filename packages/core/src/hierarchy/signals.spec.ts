import { describe, expect, it } from 'vitest';
import type { Envelope } from '../contract/hierarchy';
import { signalsOf, tellOf } from './signals';
import type { Tell } from './word';

const sent = { from: 'Desk-1', link: 'run#1', number: 2, seen: 1 };
const tell = (more: Partial<Tell>): Tell => ({ do: 'tell', ...sent, ...more });
const set = { Ticket: { t_1: { note: 'n' } } };
const T2 = { name: 'Ticket', id: 't_2' };
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const base = { entityName: 'Ticket' };

/** The signals of a message, as they travel. */
const signals = (more: Partial<Tell>) =>
  signalsOf(tell(more), 'Ticket').map(({ signal, payload, envelope }) => ({
    signal,
    payload: payload && plain(payload),
    envelope: plain(envelope) as Envelope,
  }));

describe('signalsOf', () => {
  it('says what was written as update, and what only went as delete', () => {
    expect(signals({ word: { set, unset: { Ticket: { t_1: ['old'] } } } })).toEqual([
      {
        signal: 'update',
        payload: { ...base, updates: set, unset: { Ticket: { t_1: ['old'] } } },
        envelope: sent,
      },
    ]);
    expect(signals({ word: { deletes: [T2] } })).toEqual([
      { signal: 'delete', payload: { ...base, deletions: { Ticket: ['t_2'] } }, envelope: sent },
    ]);
    expect(signals({ word: { set, deletes: [T2] } })).toMatchObject([
      { signal: 'update', payload: { updates: set }, envelope: { deletes: [T2] } },
    ]);
  });

  it('says what one source gives plainly, and what others give besides', () => {
    expect(signals({ sources: { tickets: { set } } })).toEqual([
      { signal: 'update', payload: { ...base, updates: set }, envelope: { ...sent, source: 'tickets' } },
    ]);
    expect(signals({ sources: { a: { set }, b: { deletes: [T2] } } })).toMatchObject([
      { payload: { updates: set }, envelope: { source: 'a', sources: { b: { deletes: [T2] } } } },
    ]);
    expect(signals({ word: { set }, sources: { a: { set } } })).toMatchObject([
      { payload: { updates: set }, envelope: { sources: { a: { set } } } },
    ]);
  });

  it('says a pause by the signal of that name, if it says nothing else', () => {
    expect(signals({ pauses: true })).toEqual([
      { signal: 'pause', payload: undefined, envelope: { ...sent, pauses: true } },
    ]);
    expect(signals({ pauses: false })).toMatchObject([{ signal: 'resume' }]);
    expect(signals({ pauses: true, word: { set } })).toMatchObject([
      { signal: 'update', envelope: { pauses: true } },
    ]);
  });
});

describe('tellOf', () => {
  it.each<Partial<Tell>>([
    { word: { set, unset: { Ticket: { t_1: ['old'] } }, deletes: [T2] } },
    { word: { deletes: [T2] }, as: 'child', whole: true, kinds: ['Ticket'] },
    { sources: { tickets: { set, deletes: [T2] } }, shows: { set }, offers: true },
    { sources: { a: { set }, b: { set } }, fills: { set }, entire: [T2], asks: true },
    { asks: [T2], pauses: false },
  ])('reads what was said: %j', (more) => {
    const [signal] = signals(more);
    const said = tellOf(signal?.payload ?? {}, signal?.envelope as Envelope);
    const { word, sources, ...others } = tell(more);
    expect(said).toMatchObject(others);
    for (const [source, given] of Object.entries(sources ?? {}))
      expect(said?.sources?.[source]).toMatchObject(given);
    if (word) expect(said?.word).toMatchObject(word);
    else expect(said?.word?.set ?? {}).toEqual({});
  });

  it('takes what has no numbers for none of a parent or a child', () => {
    expect(tellOf({ updates: set }, { from: 'x' })).toBeUndefined();
    expect(tellOf({ updates: set }, { from: 'x', link: 'run#1', number: 1 })).toBeUndefined();
  });
});
