import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HANDLER_NAMES } from '../src/workflow/handlers';

describe('the page of the wire contract', () => {
  it.each(['signal', 'update', 'query'] as const)('names every %s that workflows answer', async (kind) => {
    const page = await readFile(join(__dirname, '../../../docs/reference/wire-contract.md'), 'utf8');
    const heading = { signal: '## Signals', update: '## Updates', query: '## Queries' }[kind];
    const section = page.slice(page.indexOf(heading) + heading.length).split('\n## ')[0] ?? '';
    const firstCells = [...section.matchAll(/^\| (`[^|]*`) +\|/gm)].map(([, cell]) => cell);
    const named = firstCells.flatMap((cell) =>
      [...(cell ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(named.toSorted()).toEqual(expect.arrayContaining([...HANDLER_NAMES[kind]].toSorted()));
  });
});
