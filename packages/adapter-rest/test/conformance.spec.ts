import { describeAdapter } from '@stateful-workflow/adapter-testkit';
import * as vitest from 'vitest';
import { startRestUpstream } from './conformance-upstream';

describeAdapter(vitest, {
  name: 'rest',
  capabilities: { incremental: true, validators: true, deletes: 'sweep' },
  start: startRestUpstream,
});
