import { StatefulWorkflowError } from '@stateful-workflow/core';
import { failureKind } from './failure-kind';
import type { HttpFailure } from './http-failure';

/**
 * Thrown when a request gave no usable answer. Its message says what happened, why and what to do; it holds no
 * header, no body, no credential and no query value. It replaces the driver's error, whose `config` holds the
 * request's headers.
 */
export class HttpError extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/http.HttpError';
  override readonly name = 'HttpError';

  /**
   * @param failure what happened, for `classify`
   * @param message what happened, for a person
   * @param cause the error underneath, if it holds no secret
   */
  constructor(
    readonly failure: HttpFailure,
    message: string,
    cause?: unknown,
  ) {
    const kind = failureKind(failure);
    const retryable = kind === 'transient' || kind === 'throttled';
    super('LOAD_FAILED', message, { cause, context: { failure: failure.type }, retryable });
  }
}
