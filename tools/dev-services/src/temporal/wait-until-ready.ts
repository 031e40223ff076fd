import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const pollMs = 50;
const askTimeoutMs = 5_000;
const grpcNotFound = 5;

/** How a server is waited for. */
export interface WaitUntilReadyOptions {
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Whether a namespace that is missing is waited for, as on a server that is creating it. @default false */
  readonly awaitNamespace?: boolean;
}

/**
 * Returns when a Temporal server answers at an address and has the namespace.
 *
 * @param address `host:port`
 * @throws Error that says what was last in the way
 */
export async function waitUntilReady(
  address: string,
  namespace: string,
  options: WaitUntilReadyOptions,
): Promise<void> {
  const { timeoutMs, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let reason = 'it did not accept a connection';
  for (;;) {
    signal?.throwIfAborted();
    const left = deadline - Date.now();
    if (left <= 0)
      throw new Error(`No Temporal server is ready at ${address} after ${timeoutMs / 1000} s: ${reason}.`);
    // gRPC backs off for a second after a refused connection, a plain socket tells within a moment.
    if (await accepts(address, Math.min(left, 2_000))) {
      try {
        // Something else may have the port and never answer, so the question is short and the signal is looked at.
        await ask(address, namespace, Math.min(left, askTimeoutMs));
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        if (isNotFound(error) && !options.awaitNamespace) {
          throw new Error(`The Temporal server at ${address} has no namespace \`${namespace}\`.`, {
            cause: error,
          });
        }
      }
    }
    await sleep(pollMs);
  }
}

async function ask(address: string, namespace: string, timeoutMs: number): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: timeoutMs });
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === grpcNotFound;
}

async function accepts(address: string, timeoutMs: number): Promise<boolean> {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator).replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(separator + 1)), timeout: timeoutMs });
    const settle = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
