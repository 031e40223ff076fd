/** Thrown when a command cannot do what it was asked to. The message says what happened, why and what to do. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
}

/** Thrown when the command line cannot be understood or carries what it must not. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
}
