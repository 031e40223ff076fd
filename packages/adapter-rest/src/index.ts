export { HttpError, type BodyProblem, type HttpFailure, type TimeoutPhase } from '@stateful-workflow/http';
export type { RestAdapterOptions } from './options';
export { restAdapter, type RestAdapter } from './rest-adapter';
export type { PagePagination, RestQuery } from './rest-query';
