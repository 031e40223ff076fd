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
    for (const [place, form, where] of [
      ['memo', 'base64', '(history|describe) of planted '],
      ['signal', 'hex', 'history of planted '],
      ['JSON in JSON', 'letters', 'history of planted .*, event 1$'],
      ['a link', 'letters', 'history of planted .*, event 1$'],
      ["Python's quote", 'letters', 'history of planted .*, event 1$'],
      ['HTML', 'letters', 'history of planted .*, event 1$'],
      ['an ETag', 'letters', 'history of planted .*, event 1$'],
      ['a record', 'letters', 'history of planted .*, event 1$'],
      ['a key', 'letters', 'history of planted .*, event 1$'],
      ['large letters', 'letters', 'history of planted .*, event 1$'],
      ['numbered letters', 'letters', 'history of planted .*, event 1$'],
      ['a part', 'letters', 'history of planted .*, event 1$'],
      ['database', 'letters', 'file temporal.db'],
      ['log', 'letters', 'a log$'],
      ['heartbeat', 'letters', 'heartbeat details, by describe$'],
    ] as const)
      expect(stdout).toMatch(new RegExp(`^FOUND  planted: ${place}, ${form}\\n +in ${where}`, 'm'));
    const found = [...stdout.matchAll(/^FOUND {2}(.*), \w+$/gm)].map(([, label]) => label);
    expect(new Set(found).size).toBe(15);
    expect(stdout).toMatch(/^\d+ finds of 16 secrets in \d+ texts/m);
  });
});
