import { run } from '../packed/commands.mjs';

/** `src/worker.ts(3,7): error TS2307: …`, or `error TS5107: …` for what is in no file. */
const ERROR = /^(?:(?<file>[^\s(].*?)\(\d+,\d+\): )?error TS\d+/;

/** The package that a file belongs to, also in pnpm's folders; none for a file of the project. */
const packageOf = (file) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];

const isOurs = (name) =>
  name === undefined || name === 'stateful-workflow' || name.startsWith('@stateful-workflow/');

/**
 * Compiles the parts of a project one after the other, as its tsconfig.json says.
 *
 * @returns what else than our declarations is in error, as a remark
 * @throws Error with what is wrong in our declarations or in the project
 */
export async function compile({ folder, parts }, { path, resolution }) {
  const flags = resolution === undefined ? [] : ['--module', 'commonjs', '--moduleResolution', resolution];
  const foreign = new Map();
  for (const name of parts) {
    const output = await run(process.execPath, [path, '-p', name, ...flags], { cwd: folder, mayFail: true });
    const lines = output.split('\n');
    const errors = lines.filter((line) => ERROR.test(line));
    for (const line of errors) {
      const owner = packageOf(ERROR.exec(line).groups.file ?? '');
      if (isOurs(owner)) throw new Error(`${name} of ${folder} does not compile:\n${output}`);
      foreign.set(owner, (foreign.get(owner) ?? 0) + 1);
    }
    if (errors.length === 0 && output.trim() !== '') throw new Error(`tsc said in ${folder}:\n${output}`);
  }
  const counts = [...foreign].map(([name, count]) => `${name} ${count}`);
  return counts.length === 0 ? {} : { remark: `in error, and not ours: ${counts.join(', ')}` };
}
