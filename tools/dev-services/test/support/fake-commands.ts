import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dev-services-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes an executable shell script, which must need nothing but the shell itself. */
export async function shellScript(path: string, ...lines: readonly string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

/** An executable that tells a version as the Temporal CLI does, and nothing more. */
export async function fakeTemporal(path: string, version = '9.9.9'): Promise<string> {
  return shellScript(path, `echo "temporal version ${version} (Server 0.0.0)"`);
}

/** A `python3` whose pip "installs" a fake Temporal CLI, and writes its arguments to a file next to itself. */
export async function fakePython(directory: string): Promise<string> {
  const path = join(directory, 'python3');
  const script = `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs');
const target = process.argv[process.argv.indexOf('--target') + 1];
mkdirSync(target + '/bin', { recursive: true });
writeFileSync(target + '/bin/temporal', '#!/bin/sh\\necho "temporal version 1.9.7 (Server 0.0.0)"\\n', { mode: 0o755 });
writeFileSync(__filename + '.args', JSON.stringify(process.argv.slice(2)));
`;
  await mkdir(directory, { recursive: true });
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
