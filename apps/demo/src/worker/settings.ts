/** The tokens of the HTTP APIs, by the names that workflows use: `secret:CRM_TOKEN`. */
export const tokenNames = ['CRM_TOKEN', 'CRM_TOKEN_NEXT'] as const;

/** One of {@link tokenNames}. */
export type TokenName = (typeof tokenNames)[number];

/** The secrets that the worker has: the tokens, and the database's password. */
export type SecretName = TokenName | 'BILLING_PASSWORD';

/** The billing database, without a password. */
export interface BillingAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** What the password is bound to: `postgres://127.0.0.1:7281`. */
  readonly origin: string;
}

/** What a worker process is told. It travels in environment variables, secrets among them. */
export interface WorkerSettings {
  /** Temporal's gRPC address. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The file with the bundled workflows. */
  readonly bundle: string;
  /** The origins that may be loaded from, and that the tokens may be sent to. */
  readonly origins: readonly string[];
  readonly billing: BillingAddress;
}

/** The environment of a worker process. */
export function toEnvironment(
  settings: WorkerSettings,
  secrets: Readonly<Record<SecretName, string>>,
): NodeJS.ProcessEnv {
  const { address, namespace, taskQueue, bundle, origins, billing } = settings;
  return {
    DEMO_ADDRESS: address,
    DEMO_NAMESPACE: namespace,
    DEMO_TASK_QUEUE: taskQueue,
    DEMO_BUNDLE: bundle,
    DEMO_ORIGINS: origins.join(' '),
    DEMO_BILLING: JSON.stringify(billing),
    ...secrets,
  };
}

/**
 * What a worker process was told.
 *
 * @throws Error that names the variable which is missing
 */
export function fromEnvironment(environment: NodeJS.ProcessEnv): WorkerSettings {
  const read = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new Error(
      `${name} is not set. The demo starts this worker; it is not meant to be started by hand.`,
    );
  };
  return {
    address: read('DEMO_ADDRESS'),
    namespace: read('DEMO_NAMESPACE'),
    taskQueue: read('DEMO_TASK_QUEUE'),
    bundle: read('DEMO_BUNDLE'),
    origins: read('DEMO_ORIGINS').split(' '),
    billing: JSON.parse(read('DEMO_BILLING')) as BillingAddress,
  };
}
