import { describe, expect, it } from 'vitest';
import { linkTo, nextLink } from './link-header';

describe('linkTo', () => {
  it.each([
    ['</2>; rel="next"', '/2'],
    ['</1>; rel="prev", </2>; rel=next', '/2'],
    ['</2>;rel=NEXT', '/2'],
    ['</2>; title="x; rel=\\"prev\\""; rel="last next"', '/2'],
    ['</a,b>; rel="next"', '/a,b'],
    ['<>; rel="next"', ''],
    ["</2>; rel='next'", '/2'],
    ["</1>; rel='prev', </2>; rel='last next'", '/2'],
    ['</2>; rel="next"; results="true"; cursor="0:100:0"', '/2'],
    ['</2>; rel="next"; results="false"; cursor="0:100:0"', undefined],
    ['</1>; rel="nextish"', undefined],
    ['</1>; title="rel=next"', undefined],
    ['rel="next"', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (header, url) => expect(linkTo(header, 'next')).toBe(url));

  it('reads several headers', () =>
    expect(linkTo(['</1>; rel="first"', '</2>; rel="next"'], 'next')).toBe('/2'));
});

describe('nextLink', () => {
  it('takes a header that it cannot read for no end', () => {
    expect(() => nextLink('https://x/2; rel=next', 'next', 'GET https://x')).toThrow(/cannot be read/);
    expect(nextLink(undefined, 'next', 'GET https://x')).toBeUndefined();
    expect(nextLink('</1>; rel="prev"', 'next', 'GET https://x')).toBeUndefined();
  });
});
