import { signal } from '@preact/signals';
import { ahead } from './api';

/** The time by the console's clock, in milliseconds; it moves once a second. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now() + ahead.value), 1_000);

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** A length of time in its largest unit: `48 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}

/** How long ago: `12 s ago`, `just now`. */
export function ago(time: string): string {
  const ms = now.value - Date.parse(time);
  return ms < 1_000 ? 'just now' : `${duration(ms)} ago`;
}

/** How long until then: `in 12 s`, `now`. */
export function until(time: string): string {
  const ms = Date.parse(time) - now.value;
  return ms < 1_000 ? 'now' : `in ${duration(ms)}`;
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const numbers = new Intl.NumberFormat('en');

/** A moment, whole. */
export const moment = (time: string): string => times.format(new Date(time));
/** The time of day. */
export const timeOfDay = (time: string): string => clock.format(new Date(time));
export const hour = (time: string): string => hours.format(new Date(time));
export const number = (value: number): string => numbers.format(value);

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} KB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** `1 workflow`, `2 workflows`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;
