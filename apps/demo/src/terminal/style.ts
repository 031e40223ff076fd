import { stripVTControlCharacters } from 'node:util';

type Paint = (text: string) => string;

/** The colours in use: real ones on a terminal, none in a file or with NO_COLOR. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly accent: Paint;
}

/** @param colours whether to colour at all */
export function createStyle(colours: boolean): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      colours ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    accent: paint(36, 39),
  };
}

/** Whether a stream takes colours and the user wants them (https://no-color.org). */
export function wantsColours(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && !environment['NO_COLOR'];
}

/** How many columns a text takes, colours not counted. */
export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}
