import { type ChildEnd, type Cycle, defineWorkflow, type StatefulWorkflow } from '../../src/workflow';
import { Desk } from './hierarchy';

/** What a desk keeps of what it hears, from run to run. */
export interface Ended {
  readonly heard?: readonly ChildEnd[];
  readonly executed?: readonly ChildEnd[];
  readonly cycles?: readonly string[];
}

/** A desk that notes how its tickets end, and continues as new all the time. */
class HearingDesk extends Desk {
  override readonly maxHistoryEvents = 120;
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    tickets: { workflowType: 'MortalTicketWorkflow' },
  };

  override onChildEnded(child: ChildEnd): void {
    this.#note({ heard: [...(this.#noted.heard ?? []), child] });
  }

  override async execute({ triggers, endedChildren }: Cycle): Promise<void> {
    if (endedChildren.length === 0) return;
    const { executed = [], cycles = [] } = this.#noted;
    this.#note({ executed: [...executed, ...endedChildren], cycles: [...cycles, ...triggers] });
  }

  get #noted(): Ended {
    return (this.data ?? {}) as Ended;
  }

  #note(ended: Ended): void {
    this.update({ entityName: 'Desk', data: { ...ended } });
  }
}
export const HearingDeskWorkflow = defineWorkflow(HearingDesk);
