import { describe, expect, it } from 'vitest';
import { Assembly, type Content, split } from './parts';
import type { Tell } from './word';

const text = (size: number): string => 'x'.repeat(size);
const ticket = (id: string): { name: string; id: string } => ({ name: 'Ticket', id });
const tell = (content: Content, number = 2): Tell => ({
  do: 'tell',
  from: 'Desk-1',
  link: 'run#1',
  number,
  seen: 0,
  ...content,
});
const large: Content = {
  word: {
    set: { Ticket: { a: { note: text(200_000) } } },
    unset: { Ticket: { a: ['old'] } },
    deletes: [ticket('z')],
  },
  sources: { tickets: { set: { Ticket: { b: { note: text(200_000) } } }, deletes: [ticket('y')] } },
  shows: { set: { Ticket: { b: { note: text(100_000) } } } },
  fills: { set: { Comment: { k: { text: text(100_000) } } } },
};
/** As it travels, with a short text for a long one: a failure is to be read. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/x{100,}/g, (long) => `${long.length} characters`));

describe('split', () => {
  it('leaves what is not large as it is', () => {
    const content = { word: { set: { Ticket: { a: { note: 1 } } } } };
    expect(split(content)).toEqual([{ content }]);
  });

  it('cuts between entities, and one that is too large takes no other with it', () => {
    const word = { set: { Ticket: { a: { note: 1 }, b: { note: text(2_000_000) }, c: { note: 2 } } } };
    const parts = split({ word });
    expect(parts.map(({ ref }) => ref)).toEqual([ticket('a'), ticket('b'), ticket('c')]);
  });
});

describe('Assembly', () => {
  const parts = split(large);
  const always = (): boolean => true;
  const take = (assembly: Assembly, i: number, number = 2): Tell | undefined =>
    assembly.take(tell(parts[i]?.content ?? {}, number), [i, parts.length]);

  it('gives what comes in one part as it is', () => {
    const whole = tell({ word: {} });
    expect(new Assembly(always).take(whole, undefined)).toBe(whole);
  });

  it('puts parts together, also across continue-as-new, and leaves aside what comes twice', () => {
    expect(parts.length).toBeGreaterThan(2);
    let assembly = new Assembly(always);
    let whole: Tell | undefined;
    for (const i of parts.keys()) {
      expect(whole).toBeUndefined();
      whole = take(assembly, i);
      if (i === 0) expect(take(assembly, 0)).toBeUndefined();
      assembly = new Assembly(
        always,
        JSON.parse(JSON.stringify(assembly.carry() ?? [])) as ReturnType<Assembly['carry']>,
      );
    }
    expect(plain(whole)).toEqual(plain(tell(large)));
    expect(assembly.carry()).toBeUndefined();
  });

  it('forgets the parts of a message that is sent anew under another number', () => {
    const assembly = new Assembly(always);
    take(assembly, 0);
    let whole: Tell | undefined;
    for (const i of parts.keys()) whole = take(assembly, i, 3);
    expect(plain(whole)).toEqual(plain(tell(large, 3)));
  });

  it('takes none of a message of which a part is missing', () => {
    const assembly = new Assembly(always);
    take(assembly, 0);
    for (const i of parts.keys()) if (i > 1) expect(take(assembly, i)).toBeUndefined();
  });

  it('keeps nothing of those with whom there is no link, or none any more', () => {
    const linked = new Set(['Desk-1', 'Desk-2']);
    const assembly = new Assembly(({ from }) => linked.has(from));
    const begin = (from: string): Tell | undefined => {
      const one = { ...tell(parts[0]?.content ?? {}), from };
      return assembly.take(one, [0, parts.length]);
    };
    const known = (): string[] => (assembly.carry() ?? []).map(([from]) => from);
    for (let i = 0; i < 100; i++) expect(begin(`Stranger-${i}`)).toMatchObject({ from: `Stranger-${i}` });
    expect(known()).toEqual([]);
    expect(begin('Desk-1')).toBeUndefined();
    expect(begin('Desk-2')).toBeUndefined();
    expect(known()).toEqual(['Desk-1', 'Desk-2']);
    linked.delete('Desk-1');
    expect(known()).toEqual(['Desk-2']);
  });
});
