import { TestWorkflowEnvironment } from '@temporalio/testing';

/** The environment variable that names a time-skipping test server that is there already. */
const VARIABLE = 'TEMPORAL_TEST_SERVER_PATH';

/**
 * Starts a time-skipping server.
 *
 * @param path its executable. @default the one that `TEMPORAL_TEST_SERVER_PATH` names, or the one that Temporal's SDK
 *   downloads
 */
export function startTestServer(path = process.env[VARIABLE]?.trim()): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createTimeSkipping(
    path ? { server: { executable: { type: 'existing-path', path } } } : {},
  );
}
