import { Secret } from '../contract/secret';
import { bindingOf, checkBindings, type SecretBinding, type SecretProvider } from './provider';

/** What a secret from the environment may be used for. */
export interface EnvironmentBinding extends SecretBinding {
  /** The environment variable that holds it. @default the secret's own name */
  readonly variable?: string;
}

/**
 * Secrets from environment variables. Only the names listed can be asked for; each is read anew at every attempt.
 *
 * @throws InvalidInputError for an origin that is none
 * @example
 * environmentSecrets({ CRM_TOKEN: { origins: ['https://crm.example.com'] } }) // apiToken: 'secret:CRM_TOKEN'
 */
export function environmentSecrets(
  bindings: Readonly<Record<string, EnvironmentBinding>>,
  environment: NodeJS.ProcessEnv = process.env,
): SecretProvider {
  checkBindings(bindings, 'environmentSecrets');
  const known = new Map(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      { bound: bindingOf(name, binding), variable: binding.variable ?? name },
    ]),
  );
  return {
    name: 'environment',
    get: (name) => {
      const { variable, bound } = known.get(name) ?? {};
      const value = variable && environment[variable];
      return value && bound ? { secret: new Secret(value), ...bound } : undefined;
    },
  };
}
