import { join } from 'node:path';
import { version } from '@temporalio/testing/package.json';
import { describe, expect, it } from 'vitest';
import { downloadWithSdk } from '../src/temporal/download';
import { shellScript, temporaryDirectory } from './support/fake-commands';
import { realTemporal } from './support/processes';

describe("the SDK's download", () => {
  it('ends with the executable that the SDK ran, and with nothing running', async () => {
    const directory = await temporaryDirectory();
    // The name under which the SDK keeps its download: with that file in place it needs no network.
    const path = join(directory, `temporal-sdk-typescript-${version}`);
    await shellScript(path, `exec '${await realTemporal()}' "$@"`);
    expect(await downloadWithSdk(directory, process.env)).toBe(path);
  });
});
