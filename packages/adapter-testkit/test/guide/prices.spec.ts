import { describeAdapter } from '@stateful-workflow/adapter-testkit';
import * as vitest from 'vitest';
import { startPricesUpstream } from './prices-upstream';

describeAdapter(vitest, { name: 'prices', capabilities: {}, start: startPricesUpstream });
