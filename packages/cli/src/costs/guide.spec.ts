import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytes, dollars, number } from '../render/amounts';
import type { Fleet, Way } from './fleet';
import { LIST_PRICE, priceOf } from './price';
import { USAGE } from './usage';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The rows of each size, as the guide names them. */
const rows: readonly (readonly [name: string, way: Way, fleet: Partial<Fleet>])[] = [
  ['each loads at its interval', 'every', {}],
  ['each watches its source', 'watch', {}],
  ['each waits for hints, and looks once an hour', 'hints', { every: hour }],
  ['each hears by webhooks, and looks once an hour', 'webhooks', { every: hour }],
  ['parents watch for their children', 'parent', {}],
  ['the same, and they look after each other once a day', 'parent', { checkEvery: day }],
  ['a feed looks for all', 'feed', {}],
  ['each hears by webhooks, and a feed looks once an hour', 'feed-webhooks', { every: hour }],
];

const usual: Omit<Fleet, 'entities'> = {
  every: minute,
  sources: 1,
  changes: 1,
  children: 100,
  checkEvery: 10 * minute,
  stateBytes: 1_000,
};

describe('the guide to fleets', () => {
  const guide = readFileSync(join(__dirname, '../../../../docs/guide/fleet.md'), 'utf8').replaceAll(
    / +/g,
    ' ',
  );

  it.each([1, 100, 10_000, 1_000_000])('says of %d entities what the command reckons', (entities) => {
    for (const [i, [name, way, fleet]] of rows.entries()) {
      const usage = USAGE[way]({ ...usual, ...fleet, entities });
      const { actions, storage } = priceOf(usage);
      const cells = [
        i === 0 ? number(entities) : '',
        name,
        number(usage.requests),
        number(usage.actions),
        bytes(usage.historyBytes),
        bytes(usage.activeBytes),
        dollars(actions + storage),
      ];
      expect(guide).toContain(`| ${cells.join(' | ')} |`.replaceAll(/ +/g, ' '));
    }
  });

  it('says when the price was read', () => {
    expect(guide).toContain(LIST_PRICE.readOn);
  });
});
