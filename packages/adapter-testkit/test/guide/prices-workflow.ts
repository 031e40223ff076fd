import { defineSource, type SourceDefinition, type SourceOptions } from '@stateful-workflow/core/workflow';
import type { PricesQuery } from './prices-adapter';

export const prices = (options: PricesQuery & SourceOptions): SourceDefinition<PricesQuery> =>
  defineSource<PricesQuery>({ adapter: 'prices', package: '@acme/adapter-prices' }, options);
