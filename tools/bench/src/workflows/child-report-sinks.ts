import { proxySinks, type Sinks } from '@temporalio/workflow';

/** How children tell the process of the worker what they have come to; it costs no history. */
export interface ChildReportSinks extends Sinks {
  readonly children: {
    /** @param what `begun with` or `given`, and a credential reference */
    report(what: string): void;
  };
}

const { children } = proxySinks<ChildReportSinks>();

/** Says, from a child, that it has begun, and with which token. */
export function reportBegun(reference: string | undefined): void {
  children.report(`begun with ${reference}`);
}

/** Says, from a child, that it has a new token. */
export function reportToken(reference: string | undefined): void {
  children.report(`given ${reference}`);
}
