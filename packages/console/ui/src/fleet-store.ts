import { computed, signal } from '@preact/signals';
import type { FleetMessage, FleetProgress, Row } from '../../src/api/types';
import { hear } from './api';
import { urgency } from './statuses';

const rows = new Map<string, Row>();
const version = signal(0);

/** How far the console is. `undefined` until it has said anything. */
export const progress = signal<FleetProgress | undefined>(undefined);

/** Takes in what the console says of the fleet. */
function take(message: FleetMessage): void {
  if (message.kind === 'trouble') return;
  if (message.kind === 'all') rows.clear();
  else for (const id of message.gone) rows.delete(id);
  for (const row of message.rows) rows.set(row.id, row);
  progress.value = message.progress;
  version.value += 1;
}

/** Begins to follow the fleet. @returns ends it */
export const follow = (): (() => void) => hear<FleetMessage>('/api/fleet/events', take);

/** All workflows of the fleet, in no order. */
export const all = computed<readonly Row[]>(() => {
  void version.value;
  return [...rows.values()];
});

/** One workflow, as the fleet has it. */
export const rowOf = (id: string): Row | undefined => {
  void version.value;
  return rows.get(id);
};

/** What somebody wants to see of a fleet. */
export interface Wanted {
  readonly text: string;
  readonly status?: string;
  readonly type?: string;
  readonly sort: Sort;
}

export type Sort = 'urgency' | 'stale' | 'changed' | 'id' | 'history';

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const stale = (one: Row, other: Row): number =>
  byText(one.checkedAt ?? one.startedAt, other.checkedAt ?? other.startedAt);

const SORTS: Readonly<Record<Sort, (one: Row, other: Row) => number>> = {
  urgency: (one, other) => urgency(one.status) - urgency(other.status) || byText(one.id, other.id),
  stale: (one, other) => stale(one, other) || byText(one.id, other.id),
  changed: (one, other) => byText(other.changedAt ?? '', one.changedAt ?? '') || byText(one.id, other.id),
  id: (one, other) => one.id.localeCompare(other.id, undefined, { numeric: true }),
  history: (one, other) => (other.events ?? 0) - (one.events ?? 0) || byText(one.id, other.id),
};

export const isSort = (text: string | null): text is Sort => text !== null && Object.hasOwn(SORTS, text);

/** The workflows that are wanted, in the order that is. */
export function wanted(from: readonly Row[], { text, status, type, sort }: Wanted): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return from
    .filter((row) => {
      if (status !== undefined && row.status !== status) return false;
      if (type !== undefined && row.type !== type) return false;
      if (words.length === 0) return true;
      const said = `${row.id} ${row.type} ${row.status} ${row.reason ?? ''}`.toLowerCase();
      return words.every((word) => said.includes(word));
    })
    .sort(SORTS[sort]);
}

/** How many there are of each, the most urgent or the most first. */
export function tally(from: readonly Row[], of: (row: Row) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of from) counts.set(of(row), (counts.get(of(row)) ?? 0) + 1);
  return [...counts];
}
