import { defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';

/** A customer that the server lists by its status. */
class Listed extends Customer {
  override readonly searchAttributes = true;
}
export const ListedWorkflow = defineWorkflow(Listed);
