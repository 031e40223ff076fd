import type { StatefulHandle } from '@stateful-workflow/core/client';
import type { Fleet } from '../fleet/fleet';
import type { Stage } from '../stage';
import type { CustomerData } from '../workflows';

/** A customer's workflow, as the steps use it. */
export type CustomerHandle = StatefulHandle<CustomerData>;

/** What a step works with. */
export interface Tour {
  readonly stage: Stage;
  /** The fleet, which the first step that is about it starts. */
  readonly fleet: Fleet;
  /** Tells the audience what is done. */
  readonly say: (text: string) => void;
  /** The workflow of a customer that runs. */
  readonly customer: (id: string) => CustomerHandle;
  /** All that the tour printed so far. */
  readonly printed: () => string;
}

/** What came of a step. */
export interface Finding {
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

/**
 * One step of the tour: it does something to the real thing and looks at what came of it. To add one, write a
 * file with one and list it in `steps/index.ts`.
 *
 * ## Rules
 * - It waits for events and conditions with `until`, and leaves the stage as it found it.
 * - A step that throws did not hold; the tour goes on with the next.
 */
export interface Step {
  readonly name: string;
  /** What is shown and why it matters, in a sentence or two. */
  readonly about: string;
  /** Whether it takes so long that a quick tour leaves it out. */
  readonly isLong?: true;
  /** Begins what goes on beside the other steps. Runs before the first of them. */
  prepare?(tour: Tour): Promise<void>;
  run(tour: Tour): Promise<Finding>;
}

/** The row of a step in the table at the end, and in the JSON file. */
export interface StepResult extends Finding {
  readonly name: string;
  readonly ms: number;
}
