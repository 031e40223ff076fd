/**
 * The part of a test runner that the suite uses. Vitest, Jest, Mocha (with `before` and `after` renamed) and
 * `node:test` have it; assertions are Node's own.
 */
export interface TestRunner {
  describe(title: string, define: () => void): unknown;
  it(title: string, test: () => Promise<void>): unknown;
  beforeAll(hook: () => Promise<void>): unknown;
  afterAll(hook: () => Promise<void>): unknown;
  beforeEach(hook: () => Promise<void>): unknown;
  afterEach(hook: () => Promise<void>): unknown;
}
