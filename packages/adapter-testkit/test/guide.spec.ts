import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(__dirname, 'guide');
const guide = readFileSync(join(__dirname, '../../../docs/guide/custom-adapter.md'), 'utf8');
const blocks = [...guide.matchAll(/```(ts\b.*)\n([^]*?)```/g)];

// The files are compiled and linted like all tests, and `prices.spec.ts` among them is run.
describe('docs/guide/custom-adapter.md', () => {
  it('shows the files that are here, each once, and nothing else', () => {
    const shown = blocks.map(([, head]) => head?.replace('ts title=', ''));
    expect(shown.sort()).toEqual(readdirSync(folder).sort());
  });

  it.each(readdirSync(folder))('shows %s as it is', (name) => {
    const [, , code] = blocks.find(([, head]) => head === `ts title=${name}`) ?? [];
    expect(code?.trim()).toBe(readFileSync(join(folder, name), 'utf8').trim());
  });

  it('names every member of the contract', () => {
    const contract = readFileSync(join(__dirname, '../../core/src/contract/adapter.ts'), 'utf8');
    const adapter = /interface DataSourceAdapter[^]*?\n}/.exec(contract)?.[0] ?? '';
    const capabilities = /interface AdapterCapabilities[^]*?\n}/.exec(contract)?.[0] ?? '';
    const members = [...`${adapter}${capabilities}`.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)];
    expect(members.length).toBeGreaterThan(15);
    for (const [, name] of members) expect(guide, name).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
  });
});
