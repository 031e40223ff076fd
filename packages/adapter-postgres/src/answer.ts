import { abortable } from './abortable';
import type { PgClient } from './pg-types';
import { PostgresFault } from './postgres-fault';

/** How much longer than the statement timeout the client waits: the server's own error has to get here. */
const GRACE_MS = 1_000;
/** Node takes a longer timer for none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long an answer is waited for, and how much of it is taken. */
export interface AnswerBounds {
  readonly signal: AbortSignal;
  /** The statement timeout that the server has been told, in milliseconds. */
  readonly statementTimeout: number;
  /** The most bytes, and what an answer is that has more. @default as many as come */
  readonly cap?: { readonly bytes: number; readonly exceeded: () => PostgresFault };
}

/**
 * The answer to what was sent, or the reason why nobody waits for it any longer.
 *
 * The statement timeout is the server's. When the server or the network is gone without a word, nothing but a clock of
 * our own ends the wait: it runs while nothing is heard, so that an answer may take long to arrive.
 *
 * Whoever gets a fault closes the connection: it may be in the midst of an answer.
 *
 * @param client one that nothing else is asked of meanwhile
 * @throws what the answer throws, the signal's reason, or PostgresFault `transient` for silence
 */
export async function answerTo<T>(client: PgClient, sent: Promise<T>, bounds: AnswerBounds): Promise<T> {
  let stop = (): void => {};
  const given = new Promise<never>((_, reject) => (stop = watchAnswer(client, bounds, reject)));
  try {
    return await abortable(Promise.race([sent, given]), bounds.signal);
  } finally {
    stop();
  }
}

function watchAnswer(
  { connection }: PgClient,
  { statementTimeout, cap }: AnswerBounds,
  giveUp: (fault: PostgresFault) => void,
): () => void {
  const patience = Math.min(statementTimeout + GRACE_MS, MAX_TIMER_MS);
  const stream = connection?.stream;
  let bytes = 0;
  let heardAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let late: NodeJS.Immediate | undefined;

  const quiet = (): number => performance.now() - heardAt;
  const wait = (milliseconds: number): void => {
    timer = setTimeout(() => {
      // A worker that was busy has not read yet what came: it does so before an immediate.
      late = setImmediate(() => {
        if (quiet() < patience) wait(patience - quiet());
        else giveUp(silence(patience));
      });
    }, milliseconds);
  };
  const heard = ({ length }: { readonly length: number }): void => {
    heardAt = performance.now();
    bytes += length;
    if (cap === undefined || bytes <= cap.bytes) return;
    // At once: what is still to come would be held in memory.
    stream?.destroy();
    giveUp(cap.exceeded());
  };

  wait(patience);
  stream?.on('data', heard);
  return () => {
    clearTimeout(timer);
    clearImmediate(late);
    stream?.removeListener('data', heard);
  };
}

const silence = (milliseconds: number): PostgresFault =>
  new PostgresFault(
    'transient',
    `The server did not answer within ${milliseconds} ms, which is its statement timeout and ${GRACE_MS} ms more: it or the network is gone. The connection was closed. It is tried again.`,
  );
