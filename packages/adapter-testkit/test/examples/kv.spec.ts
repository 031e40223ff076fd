import * as vitest from 'vitest';
import { describeAdapter } from '../../src/index';
import { startKvUpstream } from './kv-upstream';

describeAdapter(vitest, { name: 'kv', capabilities: { validators: true }, start: startKvUpstream });
