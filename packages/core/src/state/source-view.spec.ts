import { describe, expect, it } from 'vitest';
import { SourceView } from './source-view';

/** A view of two contacts, one of which the state shows otherwise. */
function view(): SourceView {
  const made = new SourceView();
  made.checkedAt = 50;
  made.give('Contact', 'k_1', ['id', 'name'], 10);
  made.give('Contact', 'k_2', ['id', 'name'], 10);
  made.give('Contact', 'k_3', ['id'], 10);
  made.give('Customer', 'c_1', ['contacts'], 20);
  made.keepBase('Contact', 'k_2', { id: 'k_2', name: 'Edsger' }, { id: 'k_2', name: 'E.' });
  return made;
}

describe('SourceView', () => {
  it('knows what the source gave, and when', () => {
    const given = view();
    expect(given.size).toBe(4);
    expect([...given.refs()]).toEqual([
      { name: 'Contact', id: 'k_1' },
      { name: 'Contact', id: 'k_2' },
      { name: 'Contact', id: 'k_3' },
      { name: 'Customer', id: 'c_1' },
    ]);
    expect(given.has('Contact', 'k_1')).toBe(true);
    expect(given.has('Contact', 'k_9')).toBe(false);
    expect(given.has('Account', 'k_1')).toBe(false);
    expect(given.gives('Contact', 'k_1', 'name')).toBe(true);
    expect(given.gives('Contact', 'k_3', 'name')).toBe(false);
    expect(given.changedAt('Customer', 'c_1')).toBe(20);
    expect(given.changedAt('Customer', 'c_2')).toBeUndefined();
  });

  it('reads a value from the state, or from what it kept where the state has another', () => {
    const given = view();
    expect(given.value('Contact', 'k_1', 'name', { name: 'Grace' })).toBe('Grace');
    expect(given.value('Contact', 'k_2', 'name', { name: 'E.' })).toBe('Edsger');
    expect(given.value('Contact', 'k_3', 'name', { name: 'not of this source' })).toBeUndefined();
    expect(given.fields('Contact', 'k_2', { id: 'k_2', name: 'E.', local: 1 })).toEqual({
      id: 'k_2',
      name: 'Edsger',
    });
    expect(given.fields('Contact', 'k_9', {})).toBeUndefined();
  });

  it('keeps what the source gave when others write, however often', () => {
    const given = view();
    given.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E.' }, { id: 'k_2', name: 'E. W.' });
    expect(given.base('Contact', 'k_2')).toEqual({ name: 'Edsger' });
    given.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E. W.' }, { id: 'k_2' });
    expect(given.base('Contact', 'k_2')).toEqual({ name: 'Edsger' });
    given.keepBase('Contact', 'k_2', { id: 'k_2' }, undefined);
    expect(given.base('Contact', 'k_2')).toEqual({ id: 'k_2', name: 'Edsger' });
  });

  it('keeps nothing once the state shows what the source gave again', () => {
    const given = view();
    given.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E.' }, { id: 'k_2', name: 'Edsger' });
    expect(given.base('Contact', 'k_2')).toBeUndefined();
  });

  it('keeps nothing of fields and entities that the source does not give', () => {
    const given = view();
    given.keepBase('Contact', 'k_3', { id: 'k_3', name: 'a' }, { id: 'k_3', name: 'b' });
    given.keepBase('Account', 'a_1', { id: 'a_1' }, undefined);
    expect(given.base('Contact', 'k_3')).toBeUndefined();
    expect(given.has('Account', 'a_1')).toBe(false);
  });

  it('forgets an entity and leaves the others', () => {
    const given = view();
    given.forget('Contact', 'k_2');
    given.forget('Account', 'a_1');
    expect(given.has('Contact', 'k_2')).toBe(false);
    expect(given.size).toBe(3);
  });

  it('travels as JSON and comes back the same', () => {
    const given = view();
    const carried = given.carry();
    const text = JSON.stringify(carried);
    const back = SourceView.from(JSON.parse(text) as typeof carried);
    expect(JSON.stringify(back.carry())).toBe(text);
    expect(back.checkedAt).toBe(50);
    expect([...back.refs()]).toEqual([...given.refs()]);
    for (const { name, id } of given.refs()) {
      expect(back.shape(name, id)).toEqual(given.shape(name, id));
      expect(back.changedAt(name, id)).toBe(given.changedAt(name, id));
      expect(back.base(name, id)).toEqual(given.base(name, id));
    }
  });

  it('travels small: entities with the same fields and time share them', () => {
    const large = new SourceView();
    for (let i = 0; i < 1_000; i++) large.give('Contact', `k_${i}`, ['id', 'name', 'phone', 'address'], 1);
    const carried = large.carry();
    expect(carried.given['Contact']).toHaveLength(1);
    expect(JSON.stringify(carried).length).toBeLessThan(10_000);
  });

  it.each(['__proto__', 'constructor'])('takes %s for an id and a field like any other', (key) => {
    const given = new SourceView();
    given.give('Contact', key, ['id', key], 1);
    given.give('Contact', 'k_1', ['id', key], 1);
    const held = JSON.parse(`{"id":"x","${key}":"theirs"}`) as { id: string };
    given.keepBase('Contact', 'k_1', held, { id: 'x' });
    const back = SourceView.from(
      JSON.parse(JSON.stringify(given.carry())) as ReturnType<SourceView['carry']>,
    );
    expect(back.has('Contact', key)).toBe(true);
    expect(back.base('Contact', key)).toBeUndefined();
    expect(back.value('Contact', 'k_1', key, { id: 'x' })).toBe('theirs');
    expect(JSON.stringify(back.fields('Contact', 'k_1', { id: 'x' }))).toBe(`{"id":"x","${key}":"theirs"}`);
  });
});
