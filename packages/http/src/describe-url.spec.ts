import { describe, expect, it } from 'vitest';
import { describeUrl } from './describe-url';

describe('describeUrl', () => {
  it.each([
    ['https://crm.example.com/a/b', 'https://crm.example.com/a/b'],
    ['https://me:pw@crm.example.com:8443/a#frag', 'https://crm.example.com:8443/a'],
    ['https://crm.example.com/a?key=s3cret&page=2&key=x', 'https://crm.example.com/a?key=…&page=…'],
    ['https://crm.example.com/a?s3 cr=', 'https://crm.example.com/a?s3%20cr=…'],
  ])('%s', (url, described) => expect(describeUrl(new URL(url))).toBe(described));
});
