import { styleText } from 'node:util';
import type { Env, TextStream } from '../io';

/** The colours and weights that are used. */
export type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

/** How text may look where it is printed. */
export interface Terminal {
  /** Whether box-drawing and other characters beyond ASCII are understood. */
  readonly unicode: boolean;
  /** How wide a line is; absent where lines have no end, as in a file. */
  readonly columns?: number;
  /** Text in a style, or as it is where there are no colours. */
  style(style: Style, text: string): string;
}

/** What a stream can show. Colour: on a terminal, unless `NO_COLOR` is set or the terminal is a dumb one. */
export function terminalOf(stream: TextStream, env: Env): Terminal {
  const dumb = env['TERM'] === 'dumb';
  const tty = stream.isTTY === true;
  const colour = tty && !dumb && !env['NO_COLOR'];
  return {
    unicode: tty && !dumb && speaksUtf8(env),
    ...(tty && stream.columns !== undefined && stream.columns > 0 && { columns: stream.columns }),
    // Whether there is colour has been decided; `styleText` would ask a stream of its own.
    style: (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text),
  };
}

/** POSIX tells by the locale; Windows has none, but its newer terminals name themselves. */
function speaksUtf8(env: Env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(Boolean);
  if (locale !== undefined) return /utf-?8/i.test(locale);
  return Boolean(env['WT_SESSION']) || env['TERM_PROGRAM'] === 'vscode';
}
