import { describeAdapter } from '@stateful-workflow/adapter-testkit';
import * as vitest from 'vitest';
import { startPostgresUpstream } from './conformance-upstream';

describeAdapter(vitest, {
  name: 'postgres',
  capabilities: { incremental: true, watch: true, deletes: 'explicit' },
  start: startPostgresUpstream,
});
