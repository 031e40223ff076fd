import { describeAdapter } from '@stateful-workflow/adapter-testkit';
import * as vitest from 'vitest';
import { startGraphqlUpstream } from './conformance-upstream';

describeAdapter(vitest, {
  name: 'graphql',
  capabilities: { incremental: true, deletes: 'sweep' },
  start: startGraphqlUpstream,
});
