import { describe, expect, it } from 'vitest';
import { SendLimit } from './send-limit';

/** Commands whose ends a test decides. */
class Commands {
  readonly begun: string[] = [];
  readonly done: Promise<unknown>[] = [];
  readonly #ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  constructor(readonly limit: SendLimit) {}

  pass(name: string, bytes = 1): void {
    const done = this.limit.pass(() => {
      this.begun.push(name);
      return {
        bytes,
        done: new Promise<void>((resolve, reject) => this.#ends.set(name, { resolve, reject })),
      };
    });
    this.done.push(done.catch((error: unknown) => error));
  }

  async end(name: string, error?: Error): Promise<void> {
    const end = this.#ends.get(name);
    if (error === undefined) end?.resolve();
    else end?.reject(error);
    // What follows from it has followed after a few turns.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
}

describe('SendLimit', () => {
  it('begins as many as may be under way, and the next in turn as one ends', async () => {
    const commands = new Commands(new SendLimit(2));
    for (const name of ['a', 'b', 'c', 'd']) commands.pass(name);
    expect(commands.begun).toEqual(['a', 'b']);
    expect(commands.limit.underWay).toBe(2);
    await commands.end('b');
    expect(commands.begun).toEqual(['a', 'b', 'c']);
    await commands.end('a');
    await commands.end('c');
    await commands.end('d');
    expect(commands.limit.underWay).toBe(0);
    await Promise.all(commands.done);
  });

  it('begins no more while those under way are too large together', async () => {
    const commands = new Commands(new SendLimit(10));
    for (const name of ['a', 'b', 'c']) commands.pass(name, 600_000);
    expect(commands.begun).toEqual(['a', 'b']);
    await commands.end('a');
    expect(commands.begun).toEqual(['a', 'b', 'c']);
    // Also those that waited while it was held.
    commands.limit.hold();
    await commands.end('b');
    await commands.end('c');
    for (const name of ['d', 'e', 'f']) commands.pass(name, 600_000);
    commands.limit.release();
    expect(commands.begun.slice(3)).toEqual(['d', 'e']);
  });

  it('begins one that is too large alone', () => {
    const commands = new Commands(new SendLimit(10));
    commands.pass('a', 5_000_000);
    commands.pass('b');
    expect(commands.begun).toEqual(['a']);
  });

  it('begins nothing while it is held', async () => {
    const commands = new Commands(new SendLimit(2));
    commands.pass('a');
    commands.limit.hold();
    commands.pass('b');
    await commands.end('a');
    expect(commands.begun).toEqual(['a']);
    expect(commands.limit.underWay).toBe(0);
    commands.limit.release();
    expect(commands.begun).toEqual(['a', 'b']);
  });

  it('goes on after one that fails, or that cannot begin', async () => {
    const commands = new Commands(new SendLimit(1));
    const refused = commands.limit.pass(() => {
      throw new Error('cannot begin');
    });
    await expect(refused).rejects.toThrow('cannot begin');
    commands.pass('a');
    commands.pass('b');
    await commands.end('a', new Error('failed'));
    expect(commands.begun).toEqual(['a', 'b']);
    expect(await commands.done[0]).toMatchObject({ message: 'failed' });
    expect(await new SendLimit(1).pass(() => ({ bytes: 0, done: Promise.resolve(7) }))).toBe(7);
  });
});
