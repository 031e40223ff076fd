import type { Io } from '../io';

/** A line on standard error that says how far a long task is. */
export interface Progress {
  report(text: string): void;
  /** Takes the line away. To be called before anything else is printed. */
  clear(): void;
}

/** Short tasks show none, and a terminal need not be redrawn more often than a person can read. */
const patience = 300;
const interval = 100;

const eraseLine = '\r\u001b[K';

/** Progress on standard error where that is a terminal, and none elsewhere. */
export function progressOn({ stderr, env, now }: Io): Progress {
  if (stderr.isTTY !== true || env['TERM'] === 'dumb') return { report: () => {}, clear: () => {} };
  let next = now() + patience;
  let shown = false;
  return {
    report(text) {
      if (now() < next) return;
      next = now() + interval;
      shown = true;
      stderr.write(`${eraseLine}${text}`);
    },
    clear() {
      if (shown) stderr.write(eraseLine);
      shown = false;
    },
  };
}
