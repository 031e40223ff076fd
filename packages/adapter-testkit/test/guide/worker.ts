import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { pricesAdapter } from './prices-adapter';

const origin = 'https://prices.example.com';
export const plugin = statefulWorkflow({
  registry: createRegistry([pricesAdapter({ origin })]),
  secrets: [environmentSecrets({ PRICES_TOKEN: { origins: [origin] } })],
});
