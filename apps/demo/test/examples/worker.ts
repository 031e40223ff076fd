import { restAdapter } from '@stateful-workflow/adapter-rest';
import { recordSchemas } from '@stateful-workflow/core';
import { schema } from './schema';

export const adapter = restAdapter({
  origins: ['https://crm.example.com'],
  schemas: recordSchemas(schema),
});
