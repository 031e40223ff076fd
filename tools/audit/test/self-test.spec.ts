import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

describe('npm run audit:secrets -- --self-test', () => {
  it('fails, and says where each planted secret is', async () => {
    const main = join(__dirname, '../dist/main.js');
    const run = promisify(execFile)(process.execPath, [main, '--self-test']);
    const { code, stdout } = await run.then(
      () => expect.fail('It passed.'),
      (error: { code: number; stdout: string }) => error,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/FOUND {2}planted: memo, base64.*\n +in (history|describe) of planted/);
    expect(stdout).toMatch(/FOUND {2}planted: argument, .*\n +in history of planted .*, event 1\n/);
    expect(stdout).toMatch(/FOUND {2}planted: signal, hex\n +in history of planted .*, event \d+\n/);
    expect(stdout).toMatch(/FOUND {2}planted: log, (URL|form)\n +in a log\n/);
    expect(stdout).toMatch(/^\d+ finds of 5 secrets in \d+ texts/m);
  });
});
