import { describeAdapter } from '@stateful-workflow/adapter-testkit';
import * as vitest from 'vitest';
import { startFileUpstream } from './conformance-upstream';

const capabilities = { validators: true, watch: true, credentials: false };

for (const format of ['ndjson', 'csv', 'json'] as const)
  vitest.describe(format, () =>
    describeAdapter(vitest, { name: 'file', capabilities, start: () => startFileUpstream(format) }),
  );
