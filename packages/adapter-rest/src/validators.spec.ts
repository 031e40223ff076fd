import { describe, expect, it } from 'vitest';
import { answerValidators, conditionalHeaders } from './validators';

const lastModified = 'Wed, 01 Jul 2026 10:00:00 GMT';

describe('answerValidators', () => {
  it.each([
    ['an ETag', { etag: '"a"' }, { etag: '"a"' }],
    ['both', { etag: 'W/"a"', 'last-modified': lastModified }, { etag: 'W/"a"', lastModified }],
    [
      'a date a second before the answer',
      { 'last-modified': lastModified, date: 'Wed, 01 Jul 2026 10:00:01 GMT' },
      { lastModified },
    ],
    ['a date in the second of the answer', { 'last-modified': lastModified, date: lastModified }, undefined],
    ['a date, and an answer that has none', { 'last-modified': lastModified }, undefined],
    ['a date that is none', { 'last-modified': 'yesterday', date: lastModified }, undefined],
    ['neither', {}, undefined],
  ])('takes %s', (_, headers, validators) => expect(answerValidators(headers)).toEqual(validators));
});

describe('conditionalHeaders', () => {
  it('sends what there is and what can be sent', () => {
    expect(conditionalHeaders({ etag: '"a"', lastModified })).toEqual({
      'If-None-Match': '"a"',
      'If-Modified-Since': lastModified,
    });
    expect(conditionalHeaders({ etag: '', lastModified: 'a\nb' })).toEqual({});
    expect(conditionalHeaders(undefined)).toEqual({});
  });
});
