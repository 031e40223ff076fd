import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from './entity-state';
import { withdraw } from './withdraw';

const schema = defineSchema({ Ticket: { relations: { comments: many('Comment') } }, Comment: {} });
const options = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };

describe('withdraw', () => {
  let state: EntityState;
  const load = (source: string, fields: Record<string, string>): void => {
    state.integrate(source, { entities: { Ticket: { t: fields } }, complete: true }, options);
  };
  const ticket = (): unknown => state.store.get('Ticket', 't');

  beforeEach(() => {
    state = new EntityState({ name: 'Ticket', id: 't' }, schema);
    load('one', { title: 'one', note: 'one' });
    load('other', { title: 'other', label: 'other' });
  });

  it('falls back to what another source gives, and keeps what none does', () => {
    const { changes, withdrawn } = withdraw(state, ['other']);
    expect(ticket()).toEqual({ title: 'one', note: 'one', label: 'other' });
    expect(changes.upserts).toEqual({ Ticket: { t: { title: 'one' } } });
    expect(withdrawn).toEqual([{ name: 'Ticket', id: 't' }]);
    expect([...state.views.keys()]).toEqual(['one']);
  });

  it('changes nothing where what it gave does not stand', () => {
    withdraw(state, ['one']);
    expect(ticket()).toEqual({ title: 'other', note: 'one', label: 'other' });
  });

  it('leaves what somebody else wrote since', () => {
    state.update({ entityName: 'Ticket', data: { title: 'written' } });
    withdraw(state, ['other']);
    expect(ticket()).toMatchObject({ title: 'written' });
    // The source that is left says what it said: that is nothing new.
    load('one', { title: 'one', note: 'one' });
    expect(ticket()).toMatchObject({ title: 'written' });
  });

  it('falls back past the others that leave as well', () => {
    load('third', { title: 'third' });
    withdraw(state, ['third', 'one']);
    expect(ticket()).toMatchObject({ title: 'other' });
  });

  it('keeps what a source gives still', () => {
    withdraw(state, ['other'], { isGiven: (_, __, field) => field === 'title' });
    expect(ticket()).toEqual({ title: 'other', note: 'one', label: 'other' });
    expect(state.views.get('other')?.given('Ticket', 't')?.shape).toEqual(['title']);
  });

  it('leaves what is decided elsewhere as it is', () => {
    const { changes, withdrawn } = withdraw(state, ['other'], { decides: () => false });
    expect([changes.upserts, withdrawn]).toEqual([{}, [{ name: 'Ticket', id: 't' }]]);
    expect(ticket()).toMatchObject({ title: 'other' });
  });

  it('brings nothing back that was removed', () => {
    state.integrate('other', { entities: { Comment: { k: { text: 'x' } } }, complete: false }, options);
    state.remove([{ name: 'Comment', id: 'k' }]);
    withdraw(state, ['other']);
    expect(state.store.get('Comment', 'k')).toBeUndefined();
  });
});
