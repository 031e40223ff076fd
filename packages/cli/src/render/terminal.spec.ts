import { describe, expect, it } from 'vitest';
import { terminalOf } from './terminal';

const tty = { write: () => true, isTTY: true, columns: 80 };
const pipe = { write: () => true };
const red = '\u001b[31mx\u001b[39m';

describe('terminalOf', () => {
  it('colours on a terminal', () => {
    expect(terminalOf(tty, { TERM: 'xterm' }).style('red', 'x')).toBe(red);
  });

  it.each([
    ['in a pipe', pipe, {}],
    ['with NO_COLOR', tty, { NO_COLOR: '1' }],
    ['on a dumb terminal', tty, { TERM: 'dumb' }],
  ])('does not colour %s', (_, stream, env) => {
    expect(terminalOf(stream, env).style('red', 'x')).toBe('x');
  });

  it('colours with a NO_COLOR that is empty, as no-color.org has it', () => {
    expect(terminalOf(tty, { NO_COLOR: '' }).style('red', 'x')).toBe(red);
  });

  it.each([
    [true, tty, { LANG: 'en_US.UTF-8' }],
    [true, tty, { LC_ALL: 'C.utf8', LANG: 'C' }],
    [true, tty, { WT_SESSION: '1' }],
    [false, tty, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }],
    [false, tty, {}],
    [false, tty, { LANG: 'en_US.UTF-8', TERM: 'dumb' }],
    [false, pipe, { LANG: 'en_US.UTF-8' }],
  ])('draws boxes: %s', (unicode, stream, env) => {
    expect(terminalOf(stream, env).unicode).toBe(unicode);
  });

  it('knows where lines end only on a terminal', () => {
    expect(terminalOf(tty, {}).columns).toBe(80);
    expect(terminalOf({ ...pipe, columns: 80 }, {}).columns).toBeUndefined();
    expect(terminalOf({ ...tty, columns: 0 }, {}).columns).toBeUndefined();
  });
});
