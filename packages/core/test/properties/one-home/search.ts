import { drawn, type Kind, KINDS, randomOf, shrunk, type Step, trouble } from './schedule';
import type { ProtocolClass, Setting, Shape } from './world';

/** What to look for, and where. */
export interface Search {
  readonly shape: Shape;
  /** How many schedules there are. */
  readonly schedules: number;
  readonly seed: number;
  /** Which of them are run: every one of so many, from the first of these on. @default all */
  readonly share?: { readonly first: number; readonly of: number };
  /** What may happen. @default everything */
  readonly kinds?: readonly Kind[];
  readonly protocol?: ProtocolClass;
  /** Which problems count. @default every one */
  isWrong?(problem: string): boolean;
}

/** The first schedule that is wrong. */
export interface Found {
  /** Its number among all. */
  readonly schedule: number;
  /** How it came to that, in the fewest steps. */
  readonly text: string;
}

/** Subscribers, resets and a beginning at rest each cost time: a part of the schedules has them. */
const settingOf = ({ shape, protocol }: Search, random: (limit: number) => number): Setting => ({
  shape,
  protocol,
  isBegun: random(2) === 0,
  isHeard: !!shape.isHeard && random(2) === 0,
  mayReset: random(4) === 0,
});

/** Runs random schedules until one is wrong. Each depends on the seed and its own number alone. */
export function search(options: Search): Found | undefined {
  const { schedules, seed, share = { first: 0, of: 1 }, kinds, isWrong = () => true } = options;
  for (let schedule = share.first; schedule < schedules; schedule += share.of) {
    const random = randomOf(seed + schedule);
    const setting = settingOf(options, random);
    const mayHappen = KINDS.filter(
      (kind) =>
        (!kinds || kinds.includes(kind)) && (setting.mayReset || (kind !== 'reset' && kind !== 'note')),
    );
    const isTrouble = (steps: Iterable<Step>, done?: Step[], log?: string[]): boolean =>
      trouble(setting, steps, done, log).some(isWrong);
    const done: Step[] = [];
    const length = LEAST + random(MOST - LEAST + 1);
    if (!isTrouble(drawn(random, mayHappen, length, done), done)) continue;
    const log: string[] = [];
    const wrong = trouble(setting, shrunk(done, isTrouble), [], log).filter(isWrong);
    return { schedule, text: [...log.map((line) => `  ${line}`), ...wrong].join('\n') };
  }
  return undefined;
}

/** How many steps there are in a schedule. */
const LEAST = 3;
const MOST = 15;
