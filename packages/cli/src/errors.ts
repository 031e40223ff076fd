import { StatefulWorkflowError } from '@stateful-workflow/core';

/** Thrown when a command cannot do what it was asked to. The message says what happened, why and what to do. */
export class CliError extends StatefulWorkflowError {
  static override readonly brand: string = 'stateful-workflow.CliError';
  override readonly name: string = 'CliError';

  constructor(message: string, { cause }: { readonly cause?: unknown } = {}) {
    super('COMMAND_FAILED', message, { cause });
  }
}

/** Thrown when the command line cannot be understood or carries what it must not. */
export class UsageError extends CliError {
  static override readonly brand: string = 'stateful-workflow.UsageError';
  override readonly name = 'UsageError';
}
