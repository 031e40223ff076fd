import { Secret } from '../../src/index';
import type { SecretProvider } from '../../src/worker';

/** The origins that the test secrets may be sent to. */
export const CRM = 'https://crm.example.com';
export const CRM_TWO = 'https://crm-two.example.com';
/** An origin that no secret is bound to. */
export const ELSEWHERE = 'https://elsewhere.example.com';

/** The secret values. No test may find one anywhere but in the source's hands. */
export const TOKENS = {
  FIRST: 'first-token-7e1f4c',
  SECOND: 'second-token-9a2b6d',
  TICKETS: 'tickets-token-3c5d8e',
};

/** A provider with the test secrets; a test changes `values` as somebody who rotates a secret would. */
export function testSecrets(): SecretProvider & { readonly values: Map<string, string> } {
  const values = new Map<string, string>(Object.entries(TOKENS));
  return {
    name: 'test',
    values,
    get: (name) => {
      const value = values.get(name);
      if (value === undefined) return undefined;
      return {
        secret: new Secret(value),
        origins: [CRM, CRM_TWO],
        ...(name === 'TICKETS' && { workflowTypes: ['TicketWorkflow'] }),
      };
    },
  };
}
