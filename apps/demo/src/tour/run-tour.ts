import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Shutdown } from '@stateful-workflow/dev-services';
import { Fleet } from '../fleet/fleet';
import { Stage } from '../stage';
import { Narrator } from './narrator';
import type { Step, StepResult, Tour } from './step';
import { steps } from './steps';

/** What the upstreams hold: enough for a first load to weigh something. */
const crm = { customers: 9, contactsPerCustomer: 50 };

/** How the tour is taken. */
export interface TourOptions {
  /** How many customers the fleet has. */
  readonly customers: number;
  /** Whether steps that take long are left out. */
  readonly quick: boolean;
  /** The file that gets the table too. */
  readonly json?: string;
}

/**
 * Takes the tour: every step, then the table.
 *
 * @returns whether every step held
 * @throws Error when something does not start
 */
export async function runTour(
  shutdown: Shutdown,
  { customers: fleetSize, quick, json }: TourOptions,
): Promise<boolean> {
  if (json !== undefined) {
    // What an earlier tour wrote must not stand in for this one, and a bad place is told before, not after.
    await rm(json, { force: true });
    await mkdir(dirname(json), { recursive: true });
  }
  const narrator = new Narrator(process.stdout);
  failUnlessFinished(narrator);
  narrator.opening();
  const stage = await Stage.set({ shutdown, crm, crms: 3, progress: (line) => narrator.say(line) });
  // Stopped before anything else is: a step that then fails is no news.
  shutdown.add('The tour', () => narrator.mute());
  narrator.stage(stage);

  const customers = stage.customers();
  const fleet = await Fleet.set(stage, { customers: fleetSize });
  const taken = steps.filter(({ isLong }) => !(quick && isLong));
  const tour: Tour = {
    stage,
    fleet,
    say: (text) => narrator.say(text),
    customer: (id) => customers.get(id),
    printed: () => narrator.printed,
  };
  await Promise.race([Promise.all(taken.map(async (step) => step.prepare?.(tour))), stage.failure]);
  const results: StepResult[] = [];
  for (const [index, step] of taken.entries()) {
    narrator.step(step, index + 1, taken.length);
    const result = await take(step, tour);
    narrator.result(result);
    results.push(result);
  }

  const held = results.every(({ ok }) => ok);
  narrator.table(results);
  if (!held) {
    stage.logs.keep = true;
    narrator.say(`The logs of the worker, of Temporal and of Postgres are in ${stage.logs.directory}`);
  }
  if (json !== undefined) await writeFile(json, toJson(results));
  narrator.finished = true;
  return held;
}

async function take(step: Step, tour: Tour): Promise<StepResult> {
  const started = performance.now();
  const done = (finding: Pick<StepResult, 'expected' | 'seen' | 'ok'>): StepResult => ({
    name: step.name,
    ...finding,
    ms: Math.round(performance.now() - started),
  });
  try {
    return done(await Promise.race([step.run(tour), tour.stage.failure]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return done({ expected: 'the step runs to its end', seen: reason, ok: false });
  }
}

function toJson(results: readonly StepResult[]): string {
  const rows = results.map(({ name, ok, expected, seen, ms }) => ({ name, ok, expected, seen, ms }));
  return `${JSON.stringify({ steps: rows }, null, 2)}\n`;
}

/** A tour that is interrupted did not show that the steps hold: its exit code is not 0. */
function failUnlessFinished(narrator: Narrator): void {
  process.on('exit', () => {
    if (!narrator.finished) process.exitCode ||= 1;
  });
}
