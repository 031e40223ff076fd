import { defineSchema, defineSource, many, type SourceOptions } from '../../src/workflow';

/** A source of the adapter that the tests steer. */
export const scripted = (key: string, options: SourceOptions = {}) =>
  defineSource(
    { adapter: 'scripted', package: '@stateful-workflow/adapter-scripted' },
    // Two attempts: a transient fault is retried once, and a test need not wait for more.
    { key, maximumAttempts: 2, ...options },
  );

export const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact') } },
  Contact: {},
});

/** The root entity of the test workflows. */
export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly plan?: string;
  readonly contacts?: readonly { readonly id: string; readonly name: string }[];
}
