import { afterEach, expect, vi } from 'vitest';

// A test that prints is a test whose author did not say what the output should be.
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
const printed: string[] = [];
for (const method of methods) {
  vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
    printed.push(`console.${method}: ${args.map(String).join(' ')}`);
  });
}

afterEach(() => {
  expect(printed.splice(0), 'a test printed to the console').toEqual([]);
});
