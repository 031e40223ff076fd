import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const core = join(__dirname, '..');
const page = readFileSync(join(core, '../../docs/architecture.md'), 'utf8');
const read = (file: string): string => readFileSync(join(core, file), 'utf8');

const UNITS: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000 };

/** A number as the page writes it: `1,500`, `30 s`. */
function valueOf(text: string): number {
  const [count = '', unit] = text.split(' ');
  return Number(count.replaceAll(',', '')) * (unit === undefined ? 1 : (UNITS[unit] ?? NaN));
}

/** A number as code writes it: `60 * 60_000`, `1 << 20`. */
function resultOf(expression: string): number {
  const [base = '', shift] = expression.replaceAll('_', '').split(' << ');
  return base.split(' * ').reduce((product, factor) => product * Number(factor), 1) * 2 ** Number(shift ?? 0);
}

/** What has a number in its code and is no limit: characters, sizes of keys, numbers of protocols. */
const NO_LIMITS =
  /escape|html-names|exact-json|cipher|keyring|fingerprint| (VERSION|CARRIED_VERSION|MIB|NOT_FOUND|SCHEDULED|ACTIVITIES|FAILED_PRECONDITION|INVALID_ARGUMENT|OF_AN_UPDATE|HASH_LENGTH)$/;

const limits = [...page.matchAll(/^\| `([A-Z_]+)` +\| ([^|]+?) +\| `([^`]+)` +\|/gm)].map(
  ([, name = '', value = '', file = '']) => ({ limit: `${file} ${name}`, value: valueOf(value) }),
);

const constants = readdirSync(join(core, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .flatMap((file) =>
    [
      ...read(`src/${file}`).matchAll(
        /^(?:export )?const ([A-Z][A-Z_]*) = ([\d_.]+(?: (?:\*|<<) [\d_]+)*);$/gm,
      ),
    ].map(([, name = '', value = '']) => ({ limit: `${file} ${name}`, value: resultOf(value) })),
  )
  .filter(({ limit }) => !NO_LIMITS.test(limit));

describe('docs/architecture.md', () => {
  it('names files that are there', () => {
    const files = [...page.matchAll(/`([\w./-]+\.(?:ts|mjs))`/g)].map(([, file = '']) => file);
    const isThere = (file: string): boolean =>
      [`src/${file}`, file, `../../${file}`].some((place) => existsSync(join(core, place)));
    expect(files.filter((file) => !isThere(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  it('names tests that are there', () => {
    const tests = [...page.matchAll(/`([\w./-]+\.spec\.ts)` › ([^|]+?) *\|/g)];
    expect(tests.filter(([, file = '', title = '']) => !read(file).includes(title))).toEqual([]);
    expect(tests.length).toBeGreaterThan(10);
  });

  it('has every limit, as it is', () => {
    const sorted = (some: typeof limits): string[] =>
      some.map(({ limit, value }) => `${limit} ${value}`).sort();
    expect(sorted(limits)).toEqual(sorted(constants));
    expect(limits.length).toBeGreaterThan(70);
  });
});
