import { type Fault, type FaultKind, StatefulWorkflowError } from '@stateful-workflow/core';

/** Thrown when a load meets something that is neither an error of the server nor of the network. */
export class PostgresFault extends StatefulWorkflowError {
  static override readonly brand: string = '@stateful-workflow/adapter-postgres.PostgresFault';
  override readonly name = 'PostgresFault';
  readonly fault: Fault;

  /** @param message what happened, why and what to do; never a value of a row */
  constructor(kind: FaultKind, message: string, options?: { readonly cause?: unknown }) {
    const retryable = kind === 'transient' || kind === 'throttled';
    super('LOAD_FAILED', message, { ...options, retryable });
    this.fault = { kind, message };
  }
}
