import { type Branded, hasInstance } from './brand';

/** Every `code` that this project's errors carry. Stable: code may switch on them. */
export type ErrorCode =
  | 'ADAPTER_DUPLICATE'
  | 'ADAPTER_INVALID'
  | 'ADAPTER_UNKNOWN'
  | 'COMMAND_FAILED'
  | 'CREDENTIAL_EXPIRED'
  | 'CREDENTIAL_INVALID'
  | 'CREDENTIAL_KEY_UNKNOWN'
  | 'CREDENTIAL_MISSING'
  | 'CREDENTIAL_MISBOUND'
  | 'CREDENTIAL_PLAINTEXT'
  | 'CREDENTIAL_TAMPERED'
  | 'CREDENTIAL_UNAVAILABLE'
  | 'INPUT_INVALID'
  | 'LOAD_FAILED'
  | 'QUERY_INVALID'
  | 'RECORD_INVALID'
  | 'SCHEMA_INVALID'
  | 'SECRET_EXPOSED'
  | 'STATE_TOO_LARGE'
  | 'UPDATE_REFUSED'
  | 'USER_CODE_FAILED'
  | 'WORKFLOW_BUSY'
  | 'WORKFLOW_CONTINUED'
  | 'WORKFLOW_ENDED'
  | 'WORKFLOW_NOT_FOUND';

/** What else an error says, readable by code. Never a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/** How an error is made. */
export interface ErrorOptions {
  /** The error underneath, where there is one. */
  readonly cause?: unknown;
  readonly context?: ErrorContext;
  /** Whether the same call may succeed later, unchanged. @default false */
  readonly retryable?: boolean;
}

/**
 * The base of every error this project throws. Messages say what happened, why and what to do.
 *
 * Across an activity boundary class identity does not survive: there, look at `ApplicationFailure.type`,
 * which is the `code`, or the fault kind prefixed with `fault.` for a failed load.
 */
export class StatefulWorkflowError extends Error {
  /** What `instanceof` goes by where a package is there more than once. */
  static readonly brand: string = '@stateful-workflow/core.StatefulWorkflowError';
  override readonly name: string = 'StatefulWorkflowError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, context = {}, retryable = false }: ErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
    this.retryable = retryable;
  }

  /** Knows the errors of another copy of the package, too. */
  static override [Symbol.hasInstance](this: Branded, value: unknown): boolean {
    return hasInstance(this, value);
  }
}

/**
 * Thrown when something a person wrote cannot be used: a start argument, a payload, a schema, a query.
 * `context.field` names the offending field.
 */
export class InvalidInputError extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/core.InvalidInputError';
  override readonly name = 'InvalidInputError';

  /**
   * @param field which value is wrong, as a path: `apiUrl`, `updates.Contact.k_1`
   * @param reason what is wrong with it, without repeating a value that may be a secret
   * @param fix what to write instead
   */
  constructor(
    readonly field: string,
    reason: string,
    fix: string,
    code: ErrorCode = 'INPUT_INVALID',
  ) {
    super(code, `${field}: ${reason}. ${fix}.`, { context: { field } });
  }
}

/** Thrown on the worker when a credential reference cannot be turned into a secret for an origin. */
export class CredentialError extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/core.CredentialError';
  override readonly name = 'CredentialError';

  constructor(code: ErrorCode & `CREDENTIAL_${string}`, message: string, context: ErrorContext = {}) {
    super(code, message, { context, retryable: code === 'CREDENTIAL_UNAVAILABLE' });
  }
}

/** Thrown when a load failed and nobody can retry it, with the fault as the adapter classified it. */
export class LoadError extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/core.LoadError';
  override readonly name = 'LoadError';

  constructor(message: string, options: ErrorOptions = {}) {
    super('LOAD_FAILED', message, options);
  }
}
