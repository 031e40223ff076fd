import { findTestServer } from './temporal/find-test-server.js';

/**
 * Vitest's `globalSetup` for packages whose tests skip time: sees to it that there is a time-skipping server, and has the tests
 * use it.
 */
export default async function setup(): Promise<void> {
  const path = await findTestServer();
  if (path !== undefined) process.env['TEMPORAL_TEST_SERVER_PATH'] = path;
}
