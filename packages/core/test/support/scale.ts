/**
 * How large a test is: `full` with `npm run test:scale`, which takes many minutes, and `small` otherwise, so that CI does
 * not.
 */
export const scale = (full: number, small: number): number =>
  process.env['TEST_SCALE'] === 'full' ? full : small;
