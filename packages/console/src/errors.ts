import { StatefulWorkflowError } from '@stateful-workflow/core';

/** Thrown when the console cannot be started as it was asked to. The message says what to do. */
export class ConsoleError extends StatefulWorkflowError {
  static override readonly brand: string = 'stateful-workflow.ConsoleError';
  override readonly name: string = 'ConsoleError';

  constructor(message: string, { cause }: { readonly cause?: unknown } = {}) {
    super('INPUT_INVALID', message, { cause });
  }
}
