/** What colour a status has; its name stands beside it. */
export type Tone = 'bad' | 'warn' | 'wait' | 'good' | 'over';

interface Look {
  readonly tone: Tone;
  /** What it means, for who does not know. */
  readonly means: string;
}

/** The most urgent first. */
const LOOKS: Readonly<Record<string, Look>> = {
  failing: { tone: 'bad', means: 'Its workflow task fails again and again' },
  failed: { tone: 'bad', means: 'It has failed' },
  unauthorized: { tone: 'bad', means: 'A source refuses its credential; it waits for another' },
  terminated: { tone: 'bad', means: 'Somebody terminated it' },
  'timed-out': { tone: 'bad', means: 'It has timed out' },
  degraded: { tone: 'warn', means: 'A load failed; the last good data stays' },
  silent: { tone: 'warn', means: 'It does not answer' },
  unknown: { tone: 'warn', means: 'It could not be read' },
  reading: { tone: 'wait', means: 'The console has not asked it yet' },
  starting: { tone: 'wait', means: 'Its parent is starting it' },
  attaching: { tone: 'wait', means: 'Its parent is asking it' },
  paused: { tone: 'wait', means: 'It loads nothing until it is resumed' },
  running: { tone: 'good', means: 'It is in step with its sources' },
  completed: { tone: 'over', means: 'It has ended' },
  cancelled: { tone: 'over', means: 'It was cancelled' },
  'continued-as-new': { tone: 'over', means: 'It has continued as new' },
};

const ORDER = new Map(Object.keys(LOOKS).map((status, index) => [status, index]));

export const lookOf = (status: string): Look =>
  Object.hasOwn(LOOKS, status) ? (LOOKS[status] as Look) : { tone: 'warn', means: status };

/** The lower, the more urgent. */
export const urgency = (status: string): number => ORDER.get(status) ?? ORDER.get('unknown') ?? 0;
