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
  const take = (assembly: Assembly, i: number, number = 2): Tell | undefined =>
    assembly.take(tell(parts[i]?.content ?? {}, number), [i, parts.length]);

  it('gives what comes in one part as it is', () => {
    const whole = tell({ word: {} });
    expect(new Assembly().take(whole, undefined)).toBe(whole);
  });

  it('puts parts together, also across continue-as-new, and leaves aside what comes twice', () => {
    expect(parts.length).toBeGreaterThan(2);
    let assembly = new Assembly();
    let whole: Tell | undefined;
    for (const i of parts.keys()) {
      expect(whole).toBeUndefined();
      whole = take(assembly, i);
      if (i === 0) expect(take(assembly, 0)).toBeUndefined();
      assembly = new Assembly(
        JSON.parse(JSON.stringify(assembly.carry() ?? [])) as ReturnType<Assembly['carry']>,
      );
    }
    expect(plain(whole)).toEqual(plain(tell(large)));
    expect(assembly.carry()).toBeUndefined();
  });

  it('forgets the parts of a message that is sent anew under another number', () => {
    const assembly = new Assembly();
    take(assembly, 0);
    let whole: Tell | undefined;
    for (const i of parts.keys()) whole = take(assembly, i, 3);
    expect(plain(whole)).toEqual(plain(tell(large, 3)));
  });

  it('takes none of a message of which a part is missing', () => {
    const assembly = new Assembly();
    take(assembly, 0);
    for (const i of parts.keys()) if (i > 1) expect(take(assembly, i)).toBeUndefined();
  });
});
