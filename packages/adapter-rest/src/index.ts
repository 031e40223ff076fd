export {
  apiKey,
  basic,
  bearer,
  clientCredentials,
  HttpError,
  type ApiKeyPlace,
  type Authorization,
  type AuthRequest,
  type AuthScheme,
  type BodyProblem,
  type ClientCertificate,
  type ClientCredentialsOptions,
  type FaultRule,
  type HttpFailure,
  type OriginSettings,
  type ProxyOptions,
  type RateBudget,
  type Resolver,
  type TimeoutPhase,
} from '@stateful-workflow/http';
export type { RestAdapterOptions, Selector } from './options';
export type { PageRequest, PageSeen, Pager, Place } from './pagination/pager';
export type {
  CursorPagination,
  CustomPaginationName,
  LinkPagination,
  NextUrlPagination,
  OffsetPagination,
  PagePagination,
  Pagination,
} from './pagination/pagination';
export { restAdapter, type RestAdapter } from './rest-adapter';
export type { RestCursor } from './rest-cursor';
export type { Incremental, ItemResource, JsonValue, RestQuery } from './rest-query';
