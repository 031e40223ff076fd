import { randomBytes } from 'node:crypto';

/** A secret that is made to be looked for. */
export interface Canary {
  /** Where it is used: `environment`, `sealed by the client`. */
  readonly label: string;
  readonly value: string;
}

/** Makes a canary: unlike anything else, with signs that every encoding writes in its own way. */
export const newCanary = (label: string): Canary => ({
  label,
  value: `canary-${randomBytes(9).toString('hex')}/+"%&~'-${randomBytes(5).toString('hex')}`,
});
