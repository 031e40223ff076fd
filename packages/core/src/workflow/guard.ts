import { ApplicationFailure } from '@temporalio/workflow';
import { InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import type { DeletePayload, UpdatePayload } from '../contract/wire';
import { isAsked } from '../base/patches';
import type { ReadOnly } from '../state/read-only';

/** The hooks that are asked before what a client sends is taken in. */
export interface Guarding {
  beforeUpdate?(payload: UpdatePayload): void;
  beforeDelete?(payload: DeletePayload): void;
}

/** Asks the class whether what a client sends may be taken in. */
export class Guard {
  readonly #workflow: Guarding;
  readonly #readOnly: ReadOnly;
  #isAsking = false;

  constructor(workflow: Guarding, readOnly: ReadOnly) {
    this.#workflow = workflow;
    this.#readOnly = readOnly;
  }

  /** An update, in its validator. @throws StatefulWorkflowError or ApplicationFailure when the class refuses it */
  checkUpdate(payload: UpdatePayload): void {
    const workflow = this.#workflow;
    this.#ask('beforeUpdate', () => workflow.beforeUpdate?.(this.#readOnly.of(payload)));
  }

  /** The same of a signal, whose handler is asked again on replay: one that was taken before there was a guard is taken. */
  checkUpdateSignal(payload: UpdatePayload): void {
    if (isAsked(this.#workflow.beforeUpdate !== undefined)) this.checkUpdate(payload);
  }

  checkDeleteSignal(payload: DeletePayload): void {
    const workflow = this.#workflow;
    if (isAsked(workflow.beforeDelete !== undefined))
      this.#ask('beforeDelete', () => workflow.beforeDelete?.(this.#readOnly.of(payload)));
  }

  /** @throws InvalidInputError while the class is asked: a validator that changed something would not do so on replay */
  checkIdle(): void {
    if (!this.#isAsking) return;
    throw new InvalidInputError(
      'this',
      'is changed by beforeUpdate() or beforeDelete(), which only say whether something may be taken in',
      'Change it in execute() or onChange(), which run after that',
    );
  }

  #ask(hook: keyof Guarding, ask: () => unknown): void {
    this.#isAsking = true;
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return;
      answer.catch(() => {});
      throw asyncHook(hook);
    } catch (error) {
      if (error instanceof StatefulWorkflowError || error instanceof ApplicationFailure) throw error;
      const reason =
        saidIn(error) || `${hook}() refuses it, and does not say why. Have it throw an Error with a message.`;
      throw new StatefulWorkflowError('UPDATE_REFUSED', reason, { cause: error });
    } finally {
      this.#isAsking = false;
    }
  }
}

/** What there is of a reason in whatever was thrown. */
function saidIn(error: unknown): string {
  const { message = error } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : '';
}

/** What is wrong with a guard that waits: nobody waits for it, so that it would refuse nothing. */
export const asyncHook = (hook: string): InvalidInputError =>
  new InvalidInputError(
    hook,
    'is asynchronous, and nobody waits for it: it would refuse nothing',
    'Decide by what is given and by this.data at once, and throw to refuse; do what takes time in execute()',
  );
