const everyMs = 500;

/**
 * Calls `gone` when the process that started this one has ended. Only under npm: a signal to `npm run` ends npm
 * and its shell but not what the shell runs, and the demo would go on with nobody to end it.
 */
export function watchParent(gone: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  timer.unref();
}
