import { TemporalFailure, workflowInfo } from '@temporalio/workflow';
import { beganWith } from '../base/patches';
import type { ChildEnd } from '../contract/hierarchy';
import { beforeIn } from '../state/before';
import { toldAs, type Trigger } from './inbox';
import type { Running } from './interruptible';
import type { LoadFault } from './load-fault';
import type { Handed } from './pending-changes';
import type { Session } from './session';
import { type Cycle, StatefulWorkflow } from './stateful-workflow';

/** Whether a class has anything to do in a cycle: one that has not is spared the scope of hooks. */
export const hasHooks = (workflow: StatefulWorkflow): boolean =>
  workflow.execute !== StatefulWorkflow.prototype.execute ||
  !!(workflow.onChange ?? workflow.onChildEnded ?? workflow.onLoadError);

/** The hooks of one cycle, and what they are told of. */
export class CycleHooks {
  readonly #workflow: StatefulWorkflow;
  readonly #session: Session;
  readonly #triggers: ReadonlySet<Trigger>;
  readonly #faults: readonly LoadFault[];
  /** Their run, once it has begun; absent where the class has none. */
  running?: Running;
  #handed?: Handed;
  #ended: readonly ChildEnd[] = [];

  constructor(
    workflow: StatefulWorkflow,
    session: Session,
    triggers: ReadonlySet<Trigger>,
    faults: readonly LoadFault[],
  ) {
    this.#workflow = workflow;
    this.#session = session;
    this.#triggers = triggers;
    this.#faults = faults;
  }

  /** Calls the hooks that there is a reason to call, one after the other. */
  readonly run = (): Promise<void> => (this.#isExecuteAlone ? this.#alone() : this.#all());

  /** Takes back what began the cycle, and what `execute()` was told of, for the next run to tell it again. */
  giveBack(): void {
    const { pending, hierarchy, inbox } = this.#session;
    for (const trigger of this.#triggers) inbox.add(trigger);
    if (this.#handed) pending.giveBack(this.#handed);
    hierarchy.ends.giveBack(this.#ended);
  }

  /** As in most cycles. */
  get #isExecuteAlone(): boolean {
    const isAlone =
      this.#faults.length === 0 && !this.#workflow.onChange && !this.#session.hierarchy.ends.isDue;
    // A replay by a class that was changed since takes as many turns: the order of commands may depend on them.
    return isAlone && beganWith('leanWaits');
  }

  #alone(): Promise<void> {
    const { pending, isReady } = this.#session;
    void pending.tell(undefined);
    if (!isReady) return DONE;
    // An asynchronous function's own promise, as it is.
    return Promise.resolve(this.#execute());
  }

  async #all(): Promise<void> {
    const workflow = this.#workflow;
    const session = this.#session;
    const { pending, readOnly } = session;
    const { ends } = session.hierarchy;
    for (const fault of this.#faults) {
      let answer: void | 'proceed' = undefined;
      try {
        answer = await workflow.onLoadError?.(fault);
      } catch (error) {
        this.#passOver(error);
      }
      const source = session.loading.find(({ name }) => name === fault.source);
      if (source) source.known.tolerated = answer === 'proceed';
    }
    const hears = (news: Handed): void | Promise<void> => {
      const { changes, before } = this.#told(news);
      return workflow.onChange?.(changes, before);
    };
    try {
      const told = pending.tell(workflow.onChange && hears);
      if (told || !beganWith('leanWaits')) await told;
    } catch (error) {
      this.#passOver(error);
    }
    try {
      if (ends.isDue) await ends.tell((end) => workflow.onChildEnded?.(readOnly.of(end)));
    } catch (error) {
      this.#passOver(error);
    }
    if (!session.isReady) return;
    try {
      await this.#execute();
    } catch (error) {
      this.#passOver(error);
    }
  }

  #execute(): void | Promise<void> {
    const { pending, readOnly, hierarchy } = this.#session;
    this.#handed = pending.take();
    this.#ended = hierarchy.ends.take();
    return this.#workflow.execute({
      triggers: toldAs(this.#triggers),
      ...this.#told(this.#handed),
      endedChildren: readOnly.of(this.#ended),
    });
  }

  #told({ changes, earlier }: Handed): Pick<Cycle, 'changes' | 'before'> {
    const { readOnly } = this.#session;
    const before = beforeIn(changes, earlier);
    return { changes: readOnly.of(changes), before: (name, id) => readOnly.of(before(name, id)) };
  }

  /**
   * Whether what a hook throws is passed over: in a replay of what the class did before it was changed it came to its end,
   * and the changed one may count on what this run never loads.
   */
  readonly passesOver = (error: unknown): boolean =>
    !!this.#session.declaration.before &&
    workflowInfo().unsafe.isReplaying &&
    !(error instanceof TemporalFailure);

  /** @throws what is not passed over */
  #passOver(error: unknown): void {
    if (!this.passesOver(error)) throw error;
  }
}

const DONE = Promise.resolve();
