// Makes the SDK download its Temporal CLI into a directory. The SDK offers that only as part of starting an
// ephemeral server, so one is started and ended; a process of its own keeps the native bridge, its signal
// handlers and a download that hangs out of the caller.
//
//   node download-temporal.mjs DIRECTORY
import process from 'node:process';
import testing from '@temporalio/testing';

const { TestWorkflowEnvironment } = testing;

try {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: process.argv[2] } },
  });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
}
