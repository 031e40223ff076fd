import type { Step } from '../step';
import { changeArrives } from './change-arrives';
import { childrenFollow } from './children-follow';
import { continueAsNew } from './continue-as-new';
import { crmFails } from './crm-fails';
import { firstLoad } from './first-load';
import { fleetAtRest } from './fleet-at-rest';
import { fleetChange } from './fleet-change';
import { fleetStarts } from './fleet-starts';
import { fleetWebhook } from './fleet-webhook';
import { hierarchySteered } from './hierarchy-steered';
import { invoicePaid } from './invoice-paid';
import { invoicesBySql } from './invoices-by-sql';
import { oneOfThousand } from './one-of-thousand';
import { otherAddress } from './other-address';
import { silentPolls } from './silent-polls';
import { ticketsByGraphql } from './tickets-by-graphql';
import { tokenIsNowhere } from './token-is-nowhere';
import { tokenRotated } from './token-rotated';
import { unchangedReload } from './unchanged-reload';
import { workerKilled } from './worker-killed';

/** The steps of the tour, in order. The search for secrets looks at what all the others left, so it is last. */
export const steps: readonly Step[] = [
  firstLoad,
  changeArrives,
  unchangedReload,
  oneOfThousand,
  otherAddress,
  ticketsByGraphql,
  invoicesBySql,
  invoicePaid,
  childrenFollow,
  hierarchySteered,
  tokenRotated,
  crmFails,
  workerKilled,
  continueAsNew,
  silentPolls,
  fleetStarts,
  fleetAtRest,
  fleetChange,
  fleetWebhook,
  tokenIsNowhere,
];
