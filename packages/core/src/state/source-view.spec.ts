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
    const seen = view();
    expect(seen.size).toBe(4);
    expect([...seen.refs()]).toEqual([
      { name: 'Contact', id: 'k_1' },
      { name: 'Contact', id: 'k_2' },
      { name: 'Contact', id: 'k_3' },
      { name: 'Customer', id: 'c_1' },
    ]);
    expect(seen.given('Contact', 'k_1')).toBeDefined();
    expect(seen.given('Contact', 'k_9')).toBeUndefined();
    expect(seen.given('Account', 'k_1')).toBeUndefined();
    expect(seen.given('Contact', 'k_1')?.shape).toEqual(['id', 'name']);
    expect(seen.given('Customer', 'c_1')?.changedAt).toBe(20);
  });

  it('reads a value from the state, or from what it kept where the state has another', () => {
    const seen = view();
    const grace = { id: 'k_1', name: 'Grace' };
    expect(seen.fields('Contact', 'k_1', grace)).toEqual(grace);
    expect(seen.fields('Contact', 'k_1', { ...grace, local: 1 })).toEqual(grace);
    expect(seen.fields('Contact', 'k_3', { id: 'k_3', name: 'not of this source' })).toEqual({ id: 'k_3' });
    expect(seen.fields('Contact', 'k_2', { id: 'k_2', name: 'E.' })).toEqual({ id: 'k_2', name: 'Edsger' });
    expect(seen.fields('Contact', 'k_2', { id: 'k_2', name: 'E.', local: 1 })).toEqual({
      id: 'k_2',
      name: 'Edsger',
    });
    expect(seen.fields('Contact', 'k_9', {})).toBeUndefined();
  });

  it('keeps what the source gave when others write, however often', () => {
    const seen = view();
    seen.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E.' }, { id: 'k_2', name: 'E. W.' });
    expect(seen.given('Contact', 'k_2')?.base).toEqual({ name: 'Edsger' });
    seen.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E. W.' }, { id: 'k_2' });
    expect(seen.given('Contact', 'k_2')?.base).toEqual({ name: 'Edsger' });
    seen.keepBase('Contact', 'k_2', { id: 'k_2' }, undefined);
    expect(seen.given('Contact', 'k_2')?.base).toEqual({ id: 'k_2', name: 'Edsger' });
  });

  it('keeps nothing once the state shows what the source gave again', () => {
    const seen = view();
    seen.keepBase('Contact', 'k_2', { id: 'k_2', name: 'E.' }, { id: 'k_2', name: 'Edsger' });
    expect(seen.given('Contact', 'k_2')?.base).toBeUndefined();
  });

  it('keeps nothing of fields and entities that the source does not give', () => {
    const seen = view();
    seen.keepBase('Contact', 'k_3', { id: 'k_3', name: 'a' }, { id: 'k_3', name: 'b' });
    seen.keepBase('Account', 'a_1', { id: 'a_1' }, undefined);
    expect(seen.given('Contact', 'k_3')?.base).toBeUndefined();
    expect(seen.given('Account', 'a_1')).toBeUndefined();
  });

  it('forgets an entity and leaves the others', () => {
    const seen = view();
    seen.forget('Contact', 'k_2');
    seen.forget('Account', 'a_1');
    expect(seen.given('Contact', 'k_2')).toBeUndefined();
    expect(seen.size).toBe(3);
  });

  it('travels as JSON and comes back the same', () => {
    const seen = view();
    const carried = seen.carry();
    const text = JSON.stringify(carried);
    const back = SourceView.from(JSON.parse(text) as typeof carried);
    expect(JSON.stringify(back.carry())).toBe(text);
    expect(back.checkedAt).toBe(50);
    expect([...back.refs()]).toEqual([...seen.refs()]);
    for (const { name, id } of seen.refs()) {
      expect(back.given(name, id)).toEqual(seen.given(name, id));
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
    const seen = new SourceView();
    seen.give('Contact', key, ['id', key], 1);
    seen.give('Contact', 'k_1', ['id', key], 1);
    const held = JSON.parse(`{"id":"x","${key}":"theirs"}`) as { id: string };
    seen.keepBase('Contact', 'k_1', held, { id: 'x' });
    const back = SourceView.from(JSON.parse(JSON.stringify(seen.carry())) as ReturnType<SourceView['carry']>);
    expect(back.given('Contact', key)).toBeDefined();
    expect(back.given('Contact', key)?.base).toBeUndefined();
    expect(JSON.stringify(back.fields('Contact', 'k_1', { id: 'x' }))).toBe(`{"id":"x","${key}":"theirs"}`);
  });
});
