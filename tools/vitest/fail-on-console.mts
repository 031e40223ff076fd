import { afterAll, afterEach } from 'vitest';

// A test that prints is a test whose author did not say what the output should be. One that expects output says
// so with `vi.spyOn(console, 'warn')` or with a logger of its own, and neither gets here.

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group'] as const;
const printed: string[] = [];
let finished = false;

function report(what: string, args: readonly unknown[]): void {
  const line = `${what}: ${args.map(String).join(' ').trimEnd()}`;
  // Nothing looks at the list any more, but the run still fails on an uncaught error.
  if (finished) throw new Error(`printed after the last test had ended: ${line}`);
  printed.push(line);
}

function failIfPrinted(when: string): void {
  if (printed.length > 0) throw new Error(`printed ${when}:\n${printed.splice(0).join('\n')}`);
}

// Plain assignments, which `vi.restoreAllMocks()` in a test does not undo.
for (const method of methods) {
  console[method] = (...args: unknown[]) => report(`console.${method}`, args);
}
for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = (chunk: unknown, ...rest: unknown[]) => {
    report(`process.${stream}`, [chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : chunk]);
    const done = rest.at(-1);
    if (typeof done === 'function') (done as () => void)();
    return true;
  };
}

afterEach(() => failIfPrinted('during this test, or since the one before it'));

// Registered before any hook of the spec, so it runs after all of them.
afterAll(() => {
  finished = true;
  failIfPrinted('after the last test');
});
