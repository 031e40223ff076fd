import * as vitest from 'vitest';
import { describeAdapter } from '../src/index';
import { memorySubject } from './memory-upstream';

describeAdapter(vitest, memorySubject());

vitest.describe('a source that anybody may read', () => {
  describeAdapter(vitest, memorySubject(undefined, { credentials: false }));
});

vitest.describe('a source that gives all at once', () => {
  describeAdapter(vitest, memorySubject(undefined, { pages: false }));
});
