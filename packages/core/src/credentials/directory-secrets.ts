import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { text } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import { Secret } from '../contract/secret';
import { bindingOf, checkBindings, type SecretBinding, type SecretProvider } from './provider';

/** What a secret from a file may be used for. */
export interface FileBinding extends SecretBinding {
  /** The file that holds it, below the directory. @default the secret's own name */
  readonly file?: string;
}

/**
 * Secrets from the files of a directory, as Kubernetes, Docker and Vault's agent mount them. Only the names listed can
 * be asked for. A file is read anew at every attempt, so that a file which is replaced is in use at once; a line break
 * at its end is not part of the secret.
 *
 * @throws InvalidInputError for an origin that is none, and for a file outside the directory
 * @example
 * directorySecrets('/run/secrets', { CRM_TOKEN: { origins: ['https://crm.example.com'], file: 'crm/token' } })
 */
export function directorySecrets(
  directory: string,
  bindings: Readonly<Record<string, FileBinding>>,
): SecretProvider {
  checkDirectory(directory, 'directory');
  checkBindings(bindings, 'directorySecrets');
  const known = new Map(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      { bound: bindingOf(name, binding), path: pathOf(directory, name, binding.file ?? name) },
    ]),
  );
  return {
    name: `directory ${directory}`,
    get: async (name) => {
      const entry = known.get(name);
      if (entry === undefined) return undefined;
      const value = (await contentOf(entry.path))?.replace(/\r?\n$/, '');
      return value ? { secret: new Secret(value), ...entry.bound } : undefined;
    },
  };
}

const checkDirectory = text('the path of a directory', '/run/secrets', (path) => path !== '');

function pathOf(directory: string, name: string, file: string): string {
  const relative = normalize(file);
  if (!isAbsolute(relative) && relative !== '..' && !relative.startsWith(`..${sep}`))
    return join(directory, relative);
  throw new InvalidInputError(
    `${name}.file`,
    'is outside the directory of secrets',
    'Name a file below it, or give the directory that holds it',
  );
}

/** What a file holds; nothing when there is none, which is also what it looks like while a mount is replaced. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
