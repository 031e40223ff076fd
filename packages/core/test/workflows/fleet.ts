import { workflowInfo } from '@temporalio/workflow';
import { defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { scripted } from './sources';

/** Where the fleet customers' profiles are loaded. */
const FLEET = '-fleet';

/** A customer whose profile has workers of its own. */
class FleetCustomer extends Customer {
  override readonly sources = {
    profile: scripted('profile', { taskQueue: workflowInfo().taskQueue + FLEET }),
    contacts: scripted('contacts'),
  };
}
export const FleetCustomerWorkflow = defineWorkflow(FleetCustomer);
