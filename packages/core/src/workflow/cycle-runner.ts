import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { isEmpty } from '../state/change-set';
import { carryOver } from './carry';
import { details } from './details';
import type { TriggerName } from './inbox';
import { CycleLoader } from './loader';
import { backoff, type RefreshTimes } from './refresh';
import type { Session } from './session';
import type { StatefulWorkflow } from './stateful-workflow';

/** Triggers that load whatever the age of the data, and try a refused credential again. */
const DEMANDS: readonly TriggerName[] = ['start', 'refresh', 'apiToken', 'apiUrl', 'resume'];

/** The longest start argument that is sent to the next run. Temporal refuses payloads over 2 MiB. */
const MAX_CARRIED_BYTES = 1_900_000;
/** Temporal ends a workflow at 51,200 events. One that cannot continue as new gives up before that. */
const LAST_EVENTS = 45_000;

/** The life of one run: trigger → load → integrate → `execute()` → wait, until it ends or continues as new. */
export class CycleRunner {
  readonly #workflow: StatefulWorkflow;
  readonly #session: Session;
  readonly #times: RefreshTimes;
  readonly #maxHistoryEvents: number;
  /** No attempt to continue as new before this many events, after one that was too large. */
  #continueFrom = 0;

  constructor(workflow: StatefulWorkflow, session: Session, times: RefreshTimes) {
    this.#workflow = workflow;
    this.#session = session;
    this.#times = times;
    this.#maxHistoryEvents = workflow.maxHistoryEvents ?? Infinity;
  }

  /**
   * @returns the root entity, once a signal told the workflow to end. A workflow cannot close itself as
   *   cancelled: the signal `cancel` closes it as completed, with the status `cancelled`
   */
  async run(): Promise<unknown> {
    const session = this.#session;
    try {
      while (session.ending === undefined) {
        this.#showDetails();
        await this.#wait();
        if (session.ending !== undefined) break;
        if (this.#mustContinue && session.awaitingLoad === 0) await this.#continueAsNew();
        else if (!session.paused && !session.inbox.isEmpty) await this.#cycle();
      }
    } catch (error) {
      if (isCancellation(error)) session.ending = 'cancelled';
      throw error;
    }
    await condition(allHandlersFinished);
    this.#showDetails();
    return session.state.data ?? null;
  }

  get #mustContinue(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return (
      historyLength >= this.#continueFrom &&
      (continueAsNewSuggested || historyLength >= this.#maxHistoryEvents)
    );
  }

  /** Waits until there is something to do; adds the trigger that time brings. */
  async #wait(): Promise<void> {
    const session = this.#session;
    const somethingToDo = (): boolean =>
      session.ending !== undefined ||
      (this.#mustContinue && session.awaitingLoad === 0) ||
      (!session.paused && !session.inbox.isEmpty);
    if (somethingToDo()) return;
    const due = this.#nextLoad();
    if (due === undefined || session.paused) return condition(somethingToDo);
    const woken = await condition(somethingToDo, Math.max(due.at - Date.now(), 1), { summary: due.trigger });
    if (!woken) session.inbox.add(due.trigger);
  }

  /** When the next load is due by itself, and why. */
  #nextLoad(): { at: number; trigger: TriggerName } | undefined {
    const sources = [...this.#session.sources.values()];
    const failing = sources.filter((source) => source.error !== undefined);
    const { every } = this.#times;
    if (failing.length === 0) {
      return every === undefined || sources.length === 0
        ? undefined
        : { at: Math.min(...sources.map((source) => source.checkedAt)) + every, trigger: 'interval' };
    }
    const at = failing.map(
      (source) =>
        source.retryAt ?? Date.parse(source.error?.at ?? '') + backoff(source.error?.failures ?? 1, every),
    );
    return { at: Math.min(...at), trigger: 'retry' };
  }

  async #cycle(): Promise<void> {
    const session = this.#session;
    const triggers = session.inbox.take();
    const cycle = ++session.begun;
    session.begunAt = workflowInfo().historyLength;
    const faults = await this.#load(triggers);
    session.done = cycle;
    if (session.ending !== undefined) return;
    this.#showDetails();
    for (const fault of faults) await this.#workflow.onLoadError?.(fault);
    const { changes } = session;
    if (!isEmpty(changes)) await this.#workflow.onChange?.(changes);
    if (faults.length > 0 || !session.isLoaded) return;
    if (session.paused) await condition(() => !session.paused || session.ending !== undefined);
    if (session.ending === undefined)
      await this.#workflow.execute({ triggers, changes: session.takeChanges() });
  }

  /** Loads until a load ran to its end: one that a new token or address overtakes is begun again. */
  async #load(triggers: ReadonlySet<TriggerName>): Promise<CycleLoader['report']['faults']> {
    const session = this.#session;
    for (;;) {
      const demanded = DEMANDS.some((trigger) => triggers.has(trigger));
      const loader = new CycleLoader(session, {
        staleAfter: demanded ? 0 : this.#times.staleAfter,
        retryRefused: demanded,
        maxDeleteRatio: this.#workflow.maxDeleteRatio ?? 0.5,
      });
      const scope = new CancellationScope();
      let superseded = false;
      session.supersede = () => {
        superseded = true;
        scope.cancel();
      };
      try {
        await scope.run(() => this.#workflow.loadData(loader));
      } catch (error) {
        if (!superseded || !isCancellation(error)) throw error;
      } finally {
        session.supersede = () => {};
      }
      if (session.ending !== undefined) return [];
      if (!superseded) {
        const { changed, faults } = loader.report;
        session.lastResult = {
          outcome: faults.length > 0 ? 'failed' : changed > 0 ? 'changed' : 'unchanged',
          changed,
          checkedAt: new Date().toISOString(),
          ...(faults.length > 0 && {
            errors: Object.fromEntries(faults.map((fault) => [fault.source, fault.message])),
          }),
        };
        return faults;
      }
      for (const trigger of session.inbox.take()) (triggers as Set<TriggerName>).add(trigger);
    }
  }

  async #continueAsNew(): Promise<void> {
    const session = this.#session;
    await condition(() => allHandlersFinished() || session.awaitingLoad > 0 || session.ending !== undefined);
    if (session.awaitingLoad > 0 || session.ending !== undefined) return;
    await this.#workflow.onContinue?.();
    const next = carryOver(session);
    const bytes = new TextEncoder().encode(JSON.stringify(next)).length;
    if (bytes <= MAX_CARRIED_BYTES) await continueAsNew(next);
    this.#tooLarge(bytes);
  }

  /** The state does not fit into a start argument: say so and go on, rather than lose it. */
  #tooLarge(bytes: number): void {
    const { historyLength } = workflowInfo();
    const message = `state: is ${bytes} bytes, more than the ${MAX_CARRIED_BYTES} that a workflow can hand to its next run, so it cannot continue as new. Hold less (smaller records, a narrower query, child workflows), or set up external storage for payloads.`;
    if (historyLength >= LAST_EVENTS) throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    log.warn(message);
    this.#session.problem = message;
    this.#continueFrom = historyLength + 1_000;
  }

  #showDetails(): void {
    setCurrentDetails(details(this.#session, this.#nextLoad()?.at));
  }
}
