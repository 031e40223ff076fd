export { absoluteUrl } from './absolute-url';
export { apiKey, type ApiKeyPlace } from './auth/api-key';
export type { Authorization, AuthRequest, AuthScheme, SchemeRequest } from './auth/auth-scheme';
export { basic } from './auth/basic';
export { bearer } from './auth/bearer';
export { clientCredentials } from './auth/client-credentials';
export type { ClientCredentialsOptions } from './auth/client-credentials-options';
export { classify } from './classify';
export {
  cappedValue,
  compareValues,
  type CursorValue,
  earlierValue,
  isOrdered,
} from './cursors/cursor-value';
export { serverStart } from './cursors/server-start';
export { isTimeZone } from './cursors/time-zone';
export { describeRequest, describeUrl } from './describe-url';
export { rangeProblem } from './egress/address';
export type { Resolver } from './egress/checked-lookup';
export { Connections, type ConnectionsOptions } from './egress/connections';
export type { ClientCertificate, OriginSettings, Pem } from './egress/origin-settings';
export { Origins, originProblem } from './egress/origins';
export { proxyProblem, type ProxyOptions } from './egress/proxy';
export { Upstreams, type UpstreamSettings } from './egress/upstreams';
export type { FaultRule } from './fault-rules';
export { fetchOver, type FetchContext } from './fetch';
export { headerNameProblem, isHeaderValue } from './headers';
export type { HttpAnswer, HttpAnswerHead } from './http-answer';
export { HttpClient } from './http-client';
export type { HttpClientOptions } from './http-client-options';
export { HttpError } from './http-error';
export type { BodyProblem, HttpFailure, TimeoutPhase } from './http-failure';
export type { HttpMethod } from './http-method';
export type { HttpRequest } from './http-request';
export { Borders, type KnownBorders } from './paging/borders';
export { END, type Onward, nextPlace, type ValueSource } from './paging/onward';
export { END_SIGNS, type EndSigns, promisesMore, type ReadSoFar } from './paging/end-signs';
export { linkTo, nextLink } from './paging/link-header';
export { isNumberedCursor, isNumberedLink } from './paging/numbered';
export { type EndSaid, type Envelope, goesOn, UnreadSigns } from './paging/unread-signs';
export { Visited } from './paging/visited';
export {
  type CheckedRecords,
  checkRecords,
  named,
  type RecordCheck,
  type RecordSchemas,
  schemasOption,
  type StandardSchema,
} from './record-schema';
export { saysLimit, waitAsked } from './limits/limit-signs';
export { RateLimits, type LimitedRequest, type RateBudget } from './limits/rate-limits';
export { parseInstant, serverTime } from './instant';
export { networkCode } from './network-error';
export { nodeTransport, observedRequest } from './node-transport';
export { readJson } from './read-json';
export type { HttpTimeouts, RequestScope } from './request-scope';
export { parseRetryAfter } from './retry-after';
export { statusError } from './status-error';
export type { Transport, TransportRequest } from './transport';
export {
  httpOptionsShape,
  resolveHttpOptions,
  type HttpAdapterOptions,
  type ResolvedHttpOptions,
} from './http-options';
export { makeHttpClient, type HttpParts } from './make-client';
export { at, isObject, kindOf } from './values';
