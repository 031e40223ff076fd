import type { CancellationScope } from '@temporalio/workflow';
import { beganWith } from '../base/patches';
import { FormerInterruptible } from './former-interruptible';
import { Interruptible, type Running } from './interruptible';

/**
 * Runs code of the class. It may take long, but it does not keep the run from ending: when that has to be, the code is
 * cancelled, and after a moment nobody waits for it any more.
 *
 * @param scope what the code runs in
 * @param onEnd called when it ends
 * @param passesOver whether code that threw this has come to its end all the same; runs of the first versions do not ask
 */
export function runClassCode(
  code: () => Promise<unknown>,
  scope: CancellationScope,
  onEnd?: () => void,
  passesOver?: (error: unknown) => boolean,
): Running {
  if (beganWith('leanWaits')) return new Interruptible(code, scope, onEnd, passesOver);
  if (!onEnd) return new FormerInterruptible(code, scope);
  const whole = async (): Promise<void> => {
    try {
      await code();
    } finally {
      onEnd();
    }
  };
  return new FormerInterruptible(whole, scope);
}
