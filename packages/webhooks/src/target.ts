import { InvalidInputError } from '@stateful-workflow/core';
import type { WebhookTarget } from './options';

/** The longest id that a workflow takes. */
const MAX_ID = 800;

/** A target, and why no entity can be it: an event may bring any text. */
export interface CheckedTarget {
  readonly target: WebhookTarget;
  readonly reason?: string;
}

/** @throws InvalidInputError for what is no target, which only the application can correct */
export function checkTarget(value: unknown): CheckedTarget {
  const { id } = (value ?? {}) as Partial<WebhookTarget>;
  if (typeof id !== 'string')
    throw new InvalidInputError(
      'id',
      'is not a text',
      'Return { id }; make a text of an id that is a number: String(body.id)',
    );
  const target = value as WebhookTarget;
  const isUsable = id.trim() !== '' && id.length <= MAX_ID && !/\p{Surrogate}/u.test(id);
  return isUsable ? { target } : { target, reason: 'the event names an id that no entity can have' };
}
