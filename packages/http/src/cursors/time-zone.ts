/** Makers of local times by zone: one is dear to make. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * By how much local time is ahead of UTC, in milliseconds.
 *
 * @param zone `Z`, `UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin`. @default UTC
 * @param time when: by UTC, or by the zone's own clocks where `isLocal` says so
 * @throws RangeError for a name that is not known
 */
export function offsetIn(zone: string | undefined, time: number, isLocal: boolean): number {
  if (zone === undefined || /^(Z|UTC|GMT)$/i.test(zone)) return 0;
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  const first = localTime(zone, time) - time;
  if (!isLocal) return first;
  // The offset that holds an offset earlier: right but for the hour that comes twice, of which it is the first.
  return localTime(zone, time - first) - (time - first);
}

/** What the clocks of a zone show, as milliseconds of UTC that would show the same. */
function localTime(zone: string, time: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((time % 1_000) + 1_000) % 1_000);
}

/** Whether something is a zone that is known. */
export function isTimeZone(zone: string): boolean {
  try {
    return Number.isFinite(offsetIn(zone, 0, false));
  } catch {
    return false;
  }
}
