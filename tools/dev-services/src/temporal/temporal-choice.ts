/** The ways to come by a Temporal server, in the order in which they are tried. */
export type TemporalWayName = 'address' | 'cli-path' | 'path' | 'cache' | 'sdk' | 'pypi';

/** Which Temporal is used, and what a person should know about it. */
export type TemporalChoice =
  | {
      readonly way: 'address';
      /** The gRPC address, `host:port`, of a server that somebody else runs. */
      readonly address: string;
      /** One sentence for a person. */
      readonly description: string;
    }
  | {
      readonly way: Exclude<TemporalWayName, 'address'>;
      /** The path of the Temporal CLI, which has the development server in it. */
      readonly executable: string;
      /** One sentence for a person. */
      readonly description: string;
    };

/** What a way to find Temporal gets to work with. */
export interface TemporalWayContext {
  readonly env: NodeJS.ProcessEnv;
  /** Tells a person what takes long, one line at a time. */
  readonly progress: (line: string) => void;
}

/** One way to come by a Temporal server. */
export interface TemporalWay {
  readonly name: TemporalWayName;
  /** What is tried, for the message that nothing worked: `` `temporal` on the PATH ``. */
  readonly title: string;
  /** Whether its failure ends the search, because a person asked for this way and no other. @default false */
  readonly binding?: boolean;
  /**
   * Tries it.
   *
   * @throws Error with the reason in one line when it does not work; `TemporalWayUnset` when it does not apply
   */
  find(context: TemporalWayContext): Promise<TemporalChoice>;
}

/** Thrown by a way that does not apply, which is no fault: a variable that nobody set. */
export class TemporalWayUnset extends Error {
  override readonly name = 'TemporalWayUnset';
}

/** One way that was tried in vain. */
export interface TemporalAttempt {
  readonly title: string;
  readonly reason: string;
}

/** Thrown when no way leads to a Temporal server. The message lists each one with why it failed. */
export class TemporalNotFoundError extends Error {
  override readonly name = 'TemporalNotFoundError';

  constructor(readonly attempts: readonly TemporalAttempt[]) {
    const tried = attempts.map(({ title, reason }) => `  - ${title}: ${reason}`).join('\n');
    super(
      `No Temporal server could be found or installed. Tried:\n${tried}\n` +
        'Install the Temporal CLI so that `temporal` is on the PATH, or set TEMPORAL_CLI_PATH to its file, ' +
        'or set TEMPORAL_ADDRESS to the host:port of a server that is running.',
    );
  }
}
