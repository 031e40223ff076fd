import { cancel, confirm, isCancel, text } from '@clack/prompts';
import { entityProblem } from './names';

/** What a person can be asked. */
export interface Answers {
  readonly folder: string;
  readonly entity: string;
  readonly install: boolean;
}

/** Asked things that were not answered: the person broke off. */
export class AskedToStop extends Error {}

/**
 * Asks for what the flags do not say.
 *
 * @param known what they say, which is not asked
 * @throws AskedToStop when the person breaks off
 */
export async function ask(known: Partial<Answers>): Promise<Answers> {
  const folder =
    known.folder ??
    (await answer(
      text({
        message: 'Which folder?',
        placeholder: 'my-workflows',
        defaultValue: 'my-workflows',
      }),
    ));
  const entity =
    known.entity ??
    (await answer(
      text({
        message: 'What is there a workflow for each of?',
        placeholder: 'Customer',
        defaultValue: 'Customer',
        validate: (value) => (value ? entityProblem(value) : undefined),
      }),
    ));
  const install = known.install ?? (await answer(confirm({ message: 'Install the packages with npm?' })));
  return { folder, entity, install };
}

async function answer<T>(asked: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await asked;
  if (!isCancel(value)) return value as Exclude<T, symbol>;
  cancel('Nothing was written.');
  throw new AskedToStop();
}
