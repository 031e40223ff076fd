import { installNotifyTrigger } from '@stateful-workflow/adapter-postgres';
import { billingNotifyTrigger } from '@stateful-workflow/dev-services';
import { expect, it } from 'vitest';

it('the billing database has the trigger that the adapter would write', () => {
  expect(billingNotifyTrigger).toBe(installNotifyTrigger({ table: 'invoices', payload: 'customer_id' }));
});
