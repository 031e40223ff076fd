export { type Cell, inColumns, widthOf, wrap } from './render/columns';
export { type Style, type Terminal, terminalOf } from './render/terminal';
export type { Env, TextStream } from './io';
