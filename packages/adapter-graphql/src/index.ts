export { HttpError, type BodyProblem, type HttpFailure, type TimeoutPhase } from '@stateful-workflow/http';
export {
  apiKey,
  basic,
  bearer,
  clientCredentials,
  type AuthRequest,
  type AuthScheme,
  type Authorization,
  type FaultRule,
  type OriginSettings,
} from '@stateful-workflow/http';
export { checkDocument, type CheckDocumentOptions, type CheckedDocument } from './check-document';
export type { Connection, FieldShape } from './field-shape';
export { graphqlAdapter, type GraphqlAdapter } from './graphql-adapter';
export type {
  CursorPagination,
  GraphqlCursor,
  GraphqlIncremental,
  GraphqlOperation,
  GraphqlProgress,
  GraphqlQuery,
  OffsetPagination,
} from './graphql-query';
export type { GraphqlAdapterOptions } from './options';
export { readSchema } from './read-schema';
