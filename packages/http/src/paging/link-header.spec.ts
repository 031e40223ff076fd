import { describe, expect, it } from 'vitest';
import { linkTo } from './link-header';

describe('linkTo', () => {
  it.each([
    ['</2>; rel="next"', '/2'],
    ['</1>; rel="prev", </2>; rel=next', '/2'],
    ['</2>;rel=NEXT', '/2'],
    ['</2>; title="x; rel=\\"prev\\""; rel="last next"', '/2'],
    ['</a,b>; rel="next"', '/a,b'],
    ['<>; rel="next"', ''],
    ['</1>; rel="nextish"', undefined],
    ['</1>; title="rel=next"', undefined],
    ['rel="next"', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (header, url) => expect(linkTo(header, 'next')).toBe(url));

  it('reads several headers', () =>
    expect(linkTo(['</1>; rel="first"', '</2>; rel="next"'], 'next')).toBe('/2'));
});
