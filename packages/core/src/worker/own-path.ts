/** This package as those who installed it see it: what is resolved here is loaded by Temporal, which has no other name. */
const PACKAGE = '@stateful-workflow/core';

/** The file of one of this package's entry points, to be bundled with workflows. */
export const ownPath = (entry: 'failure-converter' | 'workflow'): string =>
  require.resolve(`${PACKAGE}/${entry}`);
