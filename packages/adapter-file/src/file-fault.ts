import { type Fault, type FaultKind, InvalidInputError } from '@stateful-workflow/core';

/** What went wrong with a file. The message names it relative to its root, and repeats nothing that is in it. */
export class FileFault extends Error {
  override readonly name = 'FileFault';

  constructor(
    readonly kind: FaultKind,
    message: string,
  ) {
    super(message);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Errors of the file system that may pass by themselves. */
const PASSING = /^(EIO|EMFILE|ENFILE|EBUSY|EAGAIN|EINTR|ENOMEM|ESTALE|ETIMEDOUT|ENETDOWN|EHOSTDOWN)$/;

/**
 * What an error of the file system means for the file of this name: Node's own message has the path on the worker.
 * What is no error of the file system stays as it is.
 */
export function faultOf(error: unknown, name: string): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z0-9]+$/.test(code)) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new FileFault('gone', `${name} is not there. Put the file back, or mend the path of the source.`);
  if (code === 'EACCES' || code === 'EPERM')
    return new FileFault(
      'fatal',
      `${name} may not be read by the worker (${code}). Give its user the right.`,
    );
  if (code === 'ELOOP')
    return new FileFault(
      'invalid',
      `${name} is a link that leads nowhere or elsewhere. Name the file itself.`,
    );
  return PASSING.test(code)
    ? new FileFault('transient', `${name} could not be read (${code}). It is tried again.`)
    : new FileFault('fatal', `${name} could not be read (${code}). Look at the file system of the worker.`);
}

/** Says what kind of fault an error is. */
export function classify(error: unknown): Fault {
  if (error instanceof FileFault) return { kind: error.kind, message: error.message };
  if (error instanceof InvalidInputError) return { kind: 'invalid', message: error.message };
  const known = faultOf(error, 'A file');
  if (known instanceof FileFault) return { kind: known.kind, message: known.message };
  return { kind: 'fatal', message: 'Something unknown went wrong. Report it if it comes again.' };
}
