import { createHash } from 'node:crypto';
import type { EntityRef } from '@stateful-workflow/core';
import { Listener, type Topic } from './listener';
import type { LoadScope } from './load-scope';
import { boundText } from './parameters';
import type { NotifyOptions } from './postgres-query';

/** How many listeners are kept that nobody waits by: passwords are rotated. */
const MAX_UNUSED = 4;

/** The listeners of an adapter: one for each connection and password. */
export class Hints {
  /** The one used last at the end. */
  readonly #listeners = new Map<string, Listener>();

  /** Begins to listen for a source that is about to read. One that cannot listen reads all the same. */
  async before(scope: LoadScope): Promise<void> {
    const { query, context } = scope;
    if (query.notify === undefined) return;
    try {
      await this.#of(scope).mark(nameOf(scope), topicOf(query.notify, context.entity), context.signal);
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.warn('Cannot listen for notifications; a watch looks at its interval instead', {
        error: String(error),
      });
    }
  }

  /** Resolves when a look is worth it. @throws when nobody listens */
  async wait(scope: LoadScope): Promise<void> {
    const { query, context } = scope;
    if (query.notify === undefined) return;
    await this.#of(scope).wait(nameOf(scope), topicOf(query.notify, context.entity), context.signal);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    this.#listeners.clear();
  }

  #of({ connection, credential }: LoadScope): Listener {
    const key = JSON.stringify([connection.name, credential?.identity]);
    let listener = this.#listeners.get(key);
    if (listener === undefined) {
      listener = new Listener(() => connection.open(credential));
      this.#closeUnused();
    }
    this.#listeners.delete(key);
    this.#listeners.set(key, listener);
    return listener;
  }

  /** A source whose listener is closed looks once more, and listens anew. */
  #closeUnused(): void {
    const unused = [...this.#listeners].filter(([, { isAwaited }]) => !isAwaited);
    for (const [key, listener] of unused.slice(0, 1 - MAX_UNUSED)) {
      this.#listeners.delete(key);
      listener.close().catch(() => {});
    }
  }
}

function topicOf({ channel, payload }: NotifyOptions, entity: EntityRef): Topic {
  return payload === undefined ? { channel } : { channel, payload: boundText(payload, entity) };
}

/** Names one source of one workflow. */
function nameOf({ query, context: { caller, entity } }: LoadScope): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, entity, query]))
    .digest('base64url');
}
