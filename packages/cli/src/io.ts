/** A stream that text is printed to; `process.stdout` is one. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a command has of the world around it. */
export interface Io {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Env;
  /** The time now, in milliseconds. */
  readonly now: () => number;
  /** Has the next interrupt stop something in good order, where it would end the process. @returns takes that back */
  readonly onInterrupt: (stop: () => void) => () => void;
}
