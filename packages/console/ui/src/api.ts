import { signal } from '@preact/signals';
import type { Action, ActionResult, SessionInfo } from '../../src/api/types';

/** Who this page is to the console. `undefined` until it has said so. */
export const session = signal<SessionInfo | undefined>(undefined);

/** Whether the console, and behind it Temporal, can be reached; if not, why. */
export const connection = signal<{ readonly state: 'connecting' | 'live' | 'lost'; readonly why?: string }>({
  state: 'connecting',
});

/** How far the console's clock is ahead of this page's, in milliseconds. */
export const ahead = signal(0);

/** Thrown when the console refuses, with its sentence. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const csrf = session.value?.csrf;
  const headers = {
    ...(init.body !== undefined && { 'content-type': 'application/json' }),
    ...(csrf !== undefined && { 'x-csrf-token': csrf }),
  };
  const response = await fetch(path, { ...init, headers }).catch(() => undefined);
  if (response === undefined) throw new Refusal('The console does not answer. See whether it still runs.', 0);
  const body = (await response.json().catch(() => ({}))) as T & { readonly message?: string };
  if (response.status === 401 && session.value?.signedIn) await findSession();
  if (!response.ok)
    throw new Refusal(body.message ?? `The console answered ${response.status}.`, response.status);
  return body;
}

/** Asks the console for something. @throws Refusal */
export const get = <T>(path: string): Promise<T> => ask(path);

/** Finds out who this page is. */
export async function findSession(): Promise<void> {
  session.value = await get<SessionInfo>('/api/session');
}

export async function signIn(token: string): Promise<void> {
  await ask('/api/sign-in', { method: 'POST', body: JSON.stringify({ token }) });
  await findSession();
}

export async function signOut(): Promise<void> {
  await ask('/api/sign-out', { method: 'POST', body: '{}' });
  await findSession();
}

export const workflowApi = (id: string): string => `/api/workflows/${encodeURIComponent(id)}`;

/** Has a workflow do something, and tells what it answered. */
export async function act(id: string, action: Action): Promise<ActionResult> {
  try {
    return await ask(`${workflowApi(id)}/actions`, { method: 'POST', body: JSON.stringify(action) });
  } catch (error) {
    return { ok: false, said: error instanceof Error ? error.message : String(error) };
  }
}

/** How long a page may be out of sight before it stops to listen, in milliseconds. */
const HIDDEN_MS = 10_000;

/**
 * Hears what the console says until it is ended; it connects anew by itself. A page that nobody sees does not listen, so
 * that nothing is asked on its behalf.
 *
 * @returns ends it
 */
export function hear<Message extends { readonly kind: string }>(
  path: string,
  heard: (message: Message) => void,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    source = new EventSource(path);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as Message & { readonly now?: string; readonly message?: string };
      if (message.now !== undefined) ahead.value = Date.parse(message.now) - Date.now();
      connection.value =
        message.kind === 'trouble' ? { state: 'lost', why: message.message ?? '' } : { state: 'live' };
      heard(message);
    };
    source.onerror = () => {
      connection.value = { state: 'lost', why: 'The console does not answer. See whether it still runs.' };
      if (source?.readyState !== EventSource.CLOSED) return;
      // It was refused: the session may be over, or the console is another one now.
      timer = setTimeout(
        () =>
          void findSession()
            .catch(() => undefined)
            .then(connect),
        2_000,
      );
    };
  };
  const disconnect = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const onSight = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(disconnect, HIDDEN_MS);
    else if (source === undefined) connect();
  };
  document.addEventListener('visibilitychange', onSight);
  connect();
  return () => {
    document.removeEventListener('visibilitychange', onSight);
    disconnect();
  };
}
