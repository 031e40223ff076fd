import type { Io } from '../io';
import { toJson } from '../render/plain-text';
import { type Terminal, terminalOf } from '../render/terminal';
import type { Session } from '../temporal/connection';

/** What the command line says to every command. */
export interface CommonOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly keyring?: string;
  readonly json?: true;
  /** In seconds. */
  readonly timeout?: number;
}

/** What a command works with, once there is a connection. */
export class CommandContext {
  readonly terminal: Terminal;

  constructor(
    readonly session: Session,
    readonly io: Io,
    private readonly options: CommonOptions,
  ) {
    this.terminal = terminalOf(io.stdout, io.env);
  }

  /** How long an answer may take, in milliseconds. @param usual where the command line does not say */
  timeout(usual: number): number {
    return this.options.timeout === undefined ? usual : this.options.timeout * 1000;
  }

  /** Prints what a command has to say: for a program the value, for a person the text. */
  print(value: unknown, text: () => string): void {
    this.io.stdout.write(this.options.json ? toJson(value) : text());
  }
}
