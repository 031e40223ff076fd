import { randomUUID } from 'node:crypto';
import { InvalidInputError, Secret } from '@stateful-workflow/core';
import type { Signing, WebhookScheme } from './scheme';

export type { SignedMessage, Signing, WebhookClaim, WebhookScheme } from './scheme';

/**
 * A request as the sender would sign it, for tests of an application that receives webhooks.
 *
 * @param secret the secret itself, as the sender has it
 * @param signing what is signed besides the body. @default an id of its own, and now
 * @throws InvalidInputError for a scheme of one's own that has no `sign`
 * @example
 * const body = JSON.stringify({ type: 'customer.updated', data: { id: 'c_42' } });
 * const headers = { 'content-type': 'application/json' };
 * const request = new Request('https://app.example.com/webhooks/crm', { method: 'POST', headers, body });
 * const response = await handler(await signed(request, standardWebhooks(), secret));
 */
export async function signed(
  request: Request,
  scheme: WebhookScheme,
  secret: string | Secret,
  signing: Partial<Signing> = {},
): Promise<Request> {
  if (scheme.sign === undefined)
    throw new InvalidInputError('scheme', `is ${scheme.name}, which has no sign`, 'Write its sign()');
  const body = Buffer.from(await request.clone().arrayBuffer());
  const key = secret instanceof Secret ? secret : new Secret(secret);
  const { id = `evt_${randomUUID()}`, signedAt = Date.now(), type } = signing;
  const headers = new Headers(request.headers);
  const added = scheme.sign(body, { id, signedAt, ...(type !== undefined && { type }) }, key);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return new Request(request.url, { method: request.method, headers, body });
}
