import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(__dirname, '../../..');

/** The examples of a guide, each as a file that lies beside this one. */
function examplesOf(guide: string): Map<string, string> {
  const text = readFileSync(join(root, 'docs/guide', guide), 'utf8');
  return new Map(
    [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], i) => [
      join(__dirname, `${guide}-${i + 1}.ts`),
      code,
    ]),
  );
}

/** What the compiler says of them, with the options that the packages are built with. */
function mistakesIn(examples: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, composite: false, noEmit: true });
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => examples.get(path) ?? read(path);
  host.fileExists = (path) => examples.has(path) || exists(path);
  const sourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, language, ...others) => {
    const code = examples.get(path);
    return code === undefined
      ? sourceFile(path, language, ...others)
      : ts.createSourceFile(path, code, language);
  };
  const program = ts.createProgram(
    [...examples.keys()],
    { ...options, composite: false, incremental: false, noEmit: true },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

it.each(['from-hand-written.md', 'from-chrono-forge.md'])(
  'every example of %s compiles',
  (guide) => {
    const examples = examplesOf(guide);
    expect(examples.size).toBeGreaterThan(0);
    expect(mistakesIn(examples)).toEqual([]);
  },
  180_000,
);

it('tells of one that does not', () => {
  const wrong =
    "import { rest } from '@stateful-workflow/adapter-rest/workflow';\nexport const source = rest({});\n";
  expect(mistakesIn(new Map([[join(__dirname, 'wrong.ts'), wrong]]))).toEqual([
    expect.stringMatching(/wrong\.ts: /),
  ]);
}, 180_000);
