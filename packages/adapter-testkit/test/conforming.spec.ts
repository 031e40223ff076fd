import * as vitest from 'vitest';
import { describeAdapter } from '../src/index';
import { memorySubject } from './memory-upstream';

describeAdapter(vitest, memorySubject());
