import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(join(__dirname, path), 'utf8');

it('shows the example that is run here', () => {
  const example = read('example/customer.spec.ts').replace('../../src/index', '@stateful-workflow/testing');
  expect(read('../../../docs/guide/testing.md')).toContain(example.trim());
  expect(example.split('\n').length).toBeLessThan(40);
});
