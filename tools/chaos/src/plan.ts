import { Random } from './random';

/** What is done to the parts. What is in one lane comes one after the other. */
export const LANES = {
  workers: ['kill', 'deploy'],
  server: ['restart the server'],
  billing: ['restart Postgres'],
  steering: ['rotate', 'roll', 'pause'],
} as const;

export type Lane = keyof typeof LANES;
export type Deed = (typeof LANES)[Lane][number];

/** Something that is to be done, and when: milliseconds after the beginning. */
export interface Planned {
  readonly at: number;
  readonly deed: Deed;
}

/** How many of each there are in ten minutes; one at least. */
const IN_TEN_MINUTES: Readonly<Record<Exclude<Deed, 'deploy'>, number>> = {
  kill: 30,
  'restart the server': 5,
  'restart Postgres': 6,
  rotate: 12,
  roll: 60,
  pause: 10,
};

/** What is done in so many minutes: the same for the same seed. The deployment is in the middle. */
export function plan(seed: number, minutes: number): Readonly<Record<Lane, readonly Planned[]>> {
  const random = new Random(seed, 'plan');
  const duration = minutes * 60_000;
  const planned = (deed: Deed): Planned[] => {
    if (deed === 'deploy') return [{ at: duration / 2, deed }];
    const count = Math.max(1, Math.round((IN_TEN_MINUTES[deed] * minutes) / 10));
    // One in each part of the time, so that they do not all come at once.
    return Array.from({ length: count }, (_, i) => ({ at: ((i + random.next()) * duration) / count, deed }));
  };
  const lane = (deeds: readonly Deed[]): Planned[] => deeds.flatMap(planned).toSorted((a, b) => a.at - b.at);
  return {
    workers: lane(LANES.workers),
    server: lane(LANES.server),
    billing: lane(LANES.billing),
    steering: lane(LANES.steering),
  };
}
