import { StatefulWorkflowError } from '../contract/errors';

/**
 * What a function of the workflow class threw where it is asked in the middle of a change: `condition`,
 * `processData`. Whatever was thrown, it fails the workflow task and never a signal, an update or the workflow: the
 * server drops what the task did and tries it again, so that a change is taken in whole or not at all.
 */
export class UserCodeError extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/core.UserCodeError';
  override readonly name = 'UserCodeError';

  constructor(message: string, cause: unknown) {
    super('USER_CODE_FAILED', message, { cause, retryable: true });
  }
}

/**
 * Calls a function of the workflow class.
 *
 * @param what the function, and what it is asked about
 * @throws UserCodeError
 */
export function callUserCode<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new UserCodeError(
      `${what} threw ${String(cause)}. Correct it and deploy the code: until then the workflow task is tried again, and nothing of this change is taken in.`,
      cause,
    );
  }
}
