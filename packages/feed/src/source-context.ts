import type { Checkpoint, LoadContext } from '@stateful-workflow/core';
import type { AttemptContext } from '@stateful-workflow/core/internal';

/** What the source of a feed is loaded with: the attempt's own context, but for where it goes on and how far it got. */
export class SourceContext implements LoadContext {
  readonly checkpoint: Checkpoint | undefined;
  readonly resumeFrom: unknown;
  /** How far the source says that it got, which counts once what it gave until then was delivered. */
  reached: unknown;
  readonly #attempt: AttemptContext;

  constructor(attempt: AttemptContext, checkpoint: Checkpoint | undefined, resumeFrom: unknown) {
    this.#attempt = attempt;
    this.checkpoint = checkpoint;
    this.resumeFrom = resumeFrom;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get apiUrl(): string | undefined {
    return this.#attempt.apiUrl;
  }

  get entity(): LoadContext['entity'] {
    return this.#attempt.entity;
  }

  get caller(): string {
    return this.#attempt.caller;
  }

  get demandedAt(): number | undefined {
    return this.#attempt.demandedAt;
  }

  get log(): LoadContext['log'] {
    return this.#attempt.log;
  }

  get metrics(): LoadContext['metrics'] {
    return this.#attempt.metrics;
  }

  credential(origin: string): ReturnType<LoadContext['credential']> {
    return this.#attempt.credential(origin);
  }

  conceal(...[secret]: Parameters<NonNullable<LoadContext['conceal']>>): void {
    this.#attempt.conceal(secret);
  }

  heartbeat(progress: unknown): void {
    this.reached = progress;
  }
}
