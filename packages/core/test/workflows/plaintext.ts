import { defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';

/** Takes a token in plaintext, as a developer's workflow may. */
class Outspoken extends Customer {
  override readonly allowPlaintextTokens = true;
}
export const OutspokenWorkflow = defineWorkflow(Outspoken);
