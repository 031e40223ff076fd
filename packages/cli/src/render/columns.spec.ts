import { describe, expect, it } from 'vitest';
import { inColumns, wrap } from './columns';
import type { Terminal } from './terminal';

const plain: Terminal = { unicode: false, style: (_, text) => text };
const cells = (...texts: string[]) => texts.map((text) => ({ text, style: 'red' as const }));

describe('inColumns', () => {
  it('puts columns below each other, leaves out empty ones, and ends lines where their text ends', () => {
    expect(
      inColumns([cells('a', '', 'long', ''), cells('bbb', '', '', ''), cells('', '', 'x', 'y')], plain),
    ).toEqual(['a    long', 'bbb', '     x     y']);
  });

  it('counts characters, not what colours need', () => {
    const coloured: Terminal = { unicode: true, style: (_, text) => `<${text}>` };
    expect(inColumns([cells('é', 'x'), cells('bb', 'y')], coloured)).toEqual(['<é>   <x>', '<bb>  <y>']);
  });

  it('does not let an overlong text push the others away', () => {
    const long = 'x'.repeat(61);
    expect(inColumns([cells(long, '1'), cells('aa', '2')], plain)).toEqual([`${long}  1`, 'aa  2']);
  });
});

describe('wrap', () => {
  it('breaks between words', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('short', 9)).toEqual(['short']);
    expect(wrap('a waytoolongword b', 5)).toEqual(['a', 'waytoolongword', 'b']);
  });
});
