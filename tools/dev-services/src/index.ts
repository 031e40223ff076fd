export { billingNotifyTrigger } from './billing/billing-schema';
export { billingCommand } from './billing/billing-report';
export { type Invoice, type InvoiceFields, type InvoiceStatus } from './billing/invoice';
export {
  type Billing,
  type BillingLogin,
  startBilling,
  type StartBillingOptions,
} from './billing/start-billing';
export { type CrmBehaviour } from './crm/behaviour';
export {
  type ContactFields,
  type CrmContact,
  type CrmCustomer,
  type CustomerFields,
} from './crm/crm-records';
export { NoSuchRecordError } from './crm/crm-store';
export { type CrmPage } from './crm/page';
export { type CrmArrival, type CrmRequest, type NextOptions } from './crm/request-log';
export { type Crm, startCrm, type StartCrmOptions } from './crm/start-crm';
export { type DeskComment, type DeskTicket } from './desk/desk-records';
export { deskSchemaText } from './desk/desk-schema';
export { type DeskBehaviour } from './desk/desk-trouble';
export { type Desk, type DeskRequest, startDesk, type StartDeskOptions } from './desk/start-desk';
export { freePort } from './free-port';
export { type PostgresMajor } from './postgres/binaries';
export { type PostgresService, startPostgres, type StartPostgresOptions } from './postgres/start-postgres';
export { type Actions, actionsBetween, actionsOf, shownActions, totalOf } from './temporal/actions';
export { findTestServer } from './temporal/find-test-server';
export { findTemporal, type FindTemporalOptions, temporalWays } from './temporal/find-temporal';
export { startTemporal, type StartTemporalOptions, type TemporalService } from './temporal/start-temporal';
export {
  type TemporalAttempt,
  type TemporalChoice,
  TemporalNotFoundError,
  type TemporalWay,
  type TemporalWayContext,
  type TemporalWayName,
  TemporalWayUnset,
} from './temporal/temporal-choice';
export { waitUntilReady, type WaitUntilReadyOptions } from './temporal/wait-until-ready';
export { listenForShutdown, type Shutdown, type ShutdownOptions } from './shutdown';
