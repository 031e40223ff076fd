import { describe, expect, it } from 'vitest';
import { problems } from './one-home/checks';
import { randomOf, scheduleOf, shrunk, trouble } from './one-home/schedule';
import { SHAPES } from './one-home/world';
import { seed } from './seed';

const SCHEDULES = Number(process.env['SCHEDULES'] ?? 4_000);

describe(`one home for each entity, at random (FC_SEED=${seed})`, () => {
  it.each(SHAPES)('$name', (shape) => {
    const random = randomOf(seed);
    for (let run = 0; run < SCHEDULES; run++) {
      const steps = scheduleOf(random, 24);
      if (trouble(shape, steps, problems).length === 0) continue;
      const least = shrunk(steps, (some) => trouble(shape, some, problems).length > 0);
      const log: string[] = [];
      const wrong = trouble(shape, least, problems, log);
      expect.fail([`after ${run} schedules:`, ...log.map((line) => `  ${line}`), ...wrong].join('\n'));
    }
  });
});
