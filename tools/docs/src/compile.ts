import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Example } from './examples.js';
import { ROOT } from './pages.js';

/**
 * What the compiler says of examples, with the options that this project is built with: `docs/guide/state.md:35: …`.
 * What they import is found as in any project: the packages as they were built, and what is installed beside them.
 */
export function mistakesIn(examples: readonly Example[]): string[] {
  const files = new Map(examples.map((example) => [example.file, example]));
  const options = settings();
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.readFile = (path) => files.get(path)?.text ?? onDisk.readFile(path);
  host.fileExists = (path) => files.has(path) || onDisk.fileExists(path);
  // The compiler looks for no file in a folder that is not there.
  const folders = new Set([...files.keys()].map((path) => dirname(path)));
  host.directoryExists = (path) => folders.has(path) || onDisk.directoryExists?.(path) === true;
  const program = ts.createProgram([...files.keys()], options, host);
  const mistakes = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const example = file && files.get(file.fileName);
    if (file === undefined || example === undefined) return message;
    const [path = '', line = '0'] = example.place.split(':');
    const inBlock = file.getLineAndCharacterOfPosition(start).line - example.before;
    return `${path}:${Number(line) + 1 + inBlock}: ${message}`;
  });
  return mistakes.toSorted();
}

/** Those of the project, but for examples: they may leave what they declare unused, and wait at the top. */
function settings(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return {
    ...options,
    allowJs: true,
    composite: false,
    lib: ['lib.esnext.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
}
