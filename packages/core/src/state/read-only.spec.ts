import { describe, expect, it } from 'vitest';
import { ReadOnly } from './read-only';

const make = () => ({
  name: 'Ada',
  address: { city: 'London' },
  contacts: [{ id: 'k_1' }, { id: 'k_2' }],
});

describe('ReadOnly', () => {
  const data = make();
  const view = new ReadOnly(false).of(data);

  it('shows all that there is', () => {
    expect(view).toEqual(data);
    expect(JSON.stringify(view)).toBe(JSON.stringify(data));
    expect(Object.keys(view)).toEqual(Object.keys(data));
    expect(Array.isArray(view.contacts)).toBe(true);
    expect(view.contacts.map(({ id }) => id)).toEqual(['k_1', 'k_2']);
    expect({ ...view, contacts: [...view.contacts] }).toEqual(data);
    expect('name' in view).toBe(true);
  });

  it('gives the same for the same', () => {
    const readOnly = new ReadOnly(false);
    expect(readOnly.of(data)).toBe(readOnly.of(data));
    expect(readOnly.of(data).contacts[0]).toBe(readOnly.of(data.contacts[0]));
    expect(readOnly.of(readOnly.of(data))).toBe(readOnly.of(data));
  });

  it.each<readonly [string, (view: ReturnType<typeof make>) => unknown]>([
    ['a field', (given) => (given.name = 'x')],
    ['a new field', (given) => Object.assign(given, { plan: 'x' })],
    ['a field further down', (given) => (given.address.city = 'x')],
    ['a field of an item', (given) => ((given.contacts[0] as { id: string }).id = 'x')],
    ['one that goes', (given) => Reflect.deleteProperty(given, 'name')],
    [
      'what a descriptor holds',
      (given) => {
        const { value } = Object.getOwnPropertyDescriptor(given, 'address') as { value: { city: string } };
        value.city = 'x';
      },
    ],
    ['push', (given) => given.contacts.push({ id: 'k_3' })],
    ['sort', (given) => given.contacts.sort((a, b) => b.id.localeCompare(a.id))],
    ['splice', (given) => given.contacts.splice(0, 1)],
    ['length', (given) => (given.contacts.length = 0)],
    ['defineProperty', (given) => Object.defineProperty(given, 'name', { value: 'x' })],
    ['setPrototypeOf', (given) => Object.setPrototypeOf(given, null) as unknown],
    ['freeze', (given) => Object.freeze(given)],
    ['within a callback', (given) => given.contacts.forEach((contact) => (contact.id = 'x'))],
    ['of a copy that is not deep', (given) => ({ ...given }.address.city = 'x')],
  ])('refuses to be changed: %s', (_, write) => {
    expect(() => write(view)).toThrow(
      /is part of the workflow's state.* Use this\.update\(\) or this\.delete\(\)\.$/,
    );
    expect(data).toEqual(make());
  });

  it('copes with what was frozen before', () => {
    const frozen = Object.freeze({ address: Object.freeze({ city: 'London' }), open: { a: 1 } });
    expect(new ReadOnly(false).of(frozen)).toEqual(frozen);
    expect(new ReadOnly(false).of(Object.freeze([{ a: 1 }]))[0]).toEqual({ a: 1 });
  });

  it('gives values as they are, and what is no object', () => {
    expect(new ReadOnly(true).of(data)).toBe(data);
    expect(new ReadOnly(false).of(undefined)).toBeUndefined();
    expect(new ReadOnly(false).of('x')).toBe('x');
  });
});
