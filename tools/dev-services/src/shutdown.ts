const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const interruptedCode = 130;

/** How a process is shut down. */
export interface ShutdownOptions {
  /** Told what went wrong, in a text that may have several lines. @default standard error */
  readonly report?: (text: string) => void;
  /** How long all stops together may take before the process exits anyway, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

/** The end of this process, in good order. */
export interface Shutdown {
  /**
   * Registers what is to be stopped. Once the shutdown has begun, it is stopped at once.
   *
   * @param name what it is, for the message that it could not be stopped
   */
  add(name: string, stop: () => unknown): void;
  /** Stops everything and exits. @param code the exit code, unless a stop fails: then it is 1. @default 0 */
  now(code?: number): Promise<never>;
}

/**
 * Makes this process end in good order on SIGINT, SIGTERM, SIGHUP, an uncaught exception and an unhandled
 * rejection. Call it once, before anything is started.
 *
 * ## Rules
 * - What was registered last is stopped first, one after the other, each exactly once.
 * - A stop that fails is reported and does not keep the others from running.
 * - The exit code is 0 after a signal, since somebody wanted it so, and 1 after an error.
 * - A second signal exits at once with code 130.
 *
 * @example
 * const shutdown = listenForShutdown();
 * const temporal = await startTemporal();
 * shutdown.add('Temporal', () => temporal.stop());
 */
export function listenForShutdown(options: ShutdownOptions = {}): Shutdown {
  const report = options.report ?? ((text) => void process.stderr.write(`${text}\n`));
  const stops: { readonly name: string; readonly stop: () => unknown }[] = [];
  let exiting: Promise<never> | undefined;
  let exitCode = 0;

  const stopOne = async (entry: (typeof stops)[number]): Promise<void> => {
    try {
      await entry.stop();
    } catch (error) {
      exitCode = 1;
      report(`${entry.name} could not be stopped: ${describeError(error)}`);
    }
  };

  const stopAll = async (): Promise<never> => {
    const timer = setTimeout(() => {
      report('Stopping took too long.');
      process.exit(1);
    }, options.timeoutMs ?? 15_000);
    for (let entry = stops.pop(); entry !== undefined; entry = stops.pop()) await stopOne(entry);
    clearTimeout(timer);
    process.exit(exitCode);
  };

  const now = (code = 0): Promise<never> => {
    exitCode = Math.max(exitCode, code);
    return (exiting ??= stopAll());
  };

  for (const signal of signals) {
    process.on(signal, () => {
      if (exiting !== undefined) process.exit(interruptedCode);
      void now();
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      report(describeError(error));
      void now(1);
    });
  }

  return {
    now,
    add: (name, stop) => {
      if (exiting === undefined) stops.push({ name, stop });
      else void stopOne({ name, stop });
    },
  };
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
