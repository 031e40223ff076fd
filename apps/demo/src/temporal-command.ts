import { findTemporal } from '@stateful-workflow/dev-services';

/** The shell command that makes Temporal's CLI callable as `temporal`; nothing where it is on the PATH. */
export async function temporalAlias(): Promise<string | undefined> {
  const choice = await findTemporal();
  if (choice.way === 'address' || choice.way === 'path') return undefined;
  return `alias temporal='${choice.executable}'`;
}
