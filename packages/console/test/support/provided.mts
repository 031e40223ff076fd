import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that holds the bundled test workflows. */
    workflowBundle: string;
    /** The file of the browser that tests use. */
    chromiumPath: string;
  }
}
