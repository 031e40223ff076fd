import type { Fault, FaultKind } from '@stateful-workflow/core';

/** Thrown when a load meets something that is neither an error of the server nor of the network. */
export class PostgresFault extends Error {
  override readonly name = 'PostgresFault';
  readonly fault: Fault;

  /** @param message what happened, why and what to do; never a value of a row */
  constructor(kind: FaultKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.fault = { kind, message };
  }
}
