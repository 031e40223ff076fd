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

/** What a command prints with. */
export class Printer {
  readonly terminal: Terminal;

  constructor(
    readonly io: Io,
    protected readonly options: CommonOptions,
  ) {
    this.terminal = terminalOf(io.stdout, io.env);
  }

  /** Prints what a command has to say: for a program the value, for a person the text. */
  print(value: unknown, text: () => string): void {
    this.io.stdout.write(this.options.json ? toJson(value) : text());
  }
}

/** What a command works with, once there is a connection. */
export class CommandContext extends Printer {
  constructor(
    readonly session: Session,
    io: Io,
    options: CommonOptions,
  ) {
    super(io, options);
  }

  /** How long an answer may take, in milliseconds. @param usual where the command line does not say */
  timeout(usual: number): number {
    return this.options.timeout === undefined ? usual : this.options.timeout * 1000;
  }
}
