import { stripVTControlCharacters } from 'node:util';
import { ageOf } from '../render/age';
import { type Cell, inColumns, widthOf, wrap } from '../render/columns';
import { plainText } from '../render/plain-text';
import type { Terminal } from '../render/terminal';
import { statusStyle } from './status-style';
import type { TreeNode } from './tree-node';

/** A node where it stands in the picture. */
interface Place {
  readonly node: TreeNode;
  /** What comes before its id: lines from its ancestors and to it. */
  readonly guide: string;
  /** What comes before further lines about it: the same lines, going on. */
  readonly below: string;
}

const boxes = { fork: '├── ', last: '└── ', line: '│   ', gap: '    ' } as const;
const ascii = { fork: '|-- ', last: '`-- ', line: '|   ', gap: '    ' } as const;

/**
 * A tree as text, one line for each workflow: its id, status, when its sources were last checked, its token and
 * what is wrong. Where lines have an end, what does not fit goes below.
 *
 * @param now the time now, in milliseconds
 */
export function renderTree(root: TreeNode, terminal: Terminal, now: number): string {
  const places = placesOf(root, terminal.unicode ? boxes : ascii);
  const rows = places.map((place) => cellsOf(place, now));
  const lines = inColumns(rows, terminal).flatMap((line, index) => {
    const { node, below } = places[index] as Place;
    return withNotes(line, notesOf(node), below, terminal);
  });
  return `${lines.join('\n')}\n`;
}

function placesOf(root: TreeNode, symbols: typeof boxes | typeof ascii): Place[] {
  const places: Place[] = [];
  const add = (node: TreeNode, guide: string, indent: string): void => {
    const children = node.children ?? [];
    places.push({ node, guide, below: indent + (children.length > 0 ? symbols.line : symbols.gap) });
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1;
      add(child, indent + (last ? symbols.last : symbols.fork), indent + (last ? symbols.gap : symbols.line));
    }
  };
  add(root, '', '');
  return places;
}

function cellsOf({ node, guide }: Place, now: number): Cell[] {
  const { workflowId, status } = node;
  return [
    { text: guide + plainText(workflowId) },
    { text: plainText(status), style: statusStyle(status) },
    { text: timeOf(node, now), style: 'dim' },
    { text: tokenOf(node), style: 'dim' },
  ];
}

function timeOf({ closedAt, lastCheckedAt, sourceCount = 0 }: TreeNode, now: number): string {
  if (closedAt !== undefined) return `ended ${ageOf(closedAt, now)}`;
  if (lastCheckedAt !== undefined) return ageOf(lastCheckedAt, now);
  return sourceCount > 0 ? 'not yet checked' : '';
}

function tokenOf({ token }: TreeNode): string {
  return token?.fingerprint ? `token ${plainText(token.fingerprint)}` : plainText(token?.reference ?? '');
}

function notesOf({ repeated, children, childCount = 0, ...node }: TreeNode): Cell[] {
  const notes: Cell[] = [];
  if (node.parentSays) notes.push({ text: `(${byParent(node)})`, style: 'dim' });
  if (node.error) notes.push({ text: plainText(node.error), style: 'red' });
  if (repeated) notes.push({ text: '(shown above)', style: 'dim' });
  else if (children === undefined && childCount > 0) {
    notes.push({
      text: `(${childCount} ${childCount === 1 ? 'child' : 'children'} not shown)`,
      style: 'dim',
    });
  }
  return notes;
}

/** A status that only the parent knows of has no end that the server has seen. */
function byParent({ status, parentSays, closedAt }: TreeNode): string {
  return status === parentSays && closedAt === undefined
    ? 'says its parent'
    : `parent says ${plainText(parentSays ?? '')}`;
}

/** Puts notes behind a line as long as they fit, and the others below it. */
function withNotes(line: string, notes: readonly Cell[], below: string, terminal: Terminal): string[] {
  const { columns = Infinity } = terminal;
  const styled = ({ text, style }: Cell): string =>
    style === undefined ? text : terminal.style(style, text);
  let width = widthOf(stripVTControlCharacters(line));
  const fitting = notes.filter(({ text }) => (width += 2 + widthOf(text)) <= columns);
  // Even a narrow terminal gets lines that can be read; it breaks them itself.
  const room = Math.max(30, columns - widthOf(below));
  return [
    [line, ...fitting.map(styled)].join('  '),
    ...notes
      .slice(fitting.length)
      .flatMap(({ text, ...note }) =>
        wrap(text, room).map((part) => below + styled({ ...note, text: part })),
      ),
  ];
}
