import { expect, it } from 'vitest';
import { tellOfWorkflows } from './tell-of-workflows';

it('names each workflow that cannot work, or not with this worker, and no other', () => {
  const said: string[] = [];
  const say = (line: string): number => said.push(line);
  const source = (name: string, adapter: string, taskQueue?: string) => ({
    name,
    adapter,
    package: `@adapters/${adapter}`,
    ...(taskQueue !== undefined && { taskQueue }),
  });
  const right = { run: { name: 'RightWorkflow' }, sources: [source('a', 'rest'), source('b', 'sql', 'db')] };
  const renamed = { run: { name: 'RenamedWorkflow' }, sources: [source('c', 'sql')] };
  const wrong = { run: { name: 'WrongWorkflow' }, sources: [], mistake: 'refresh: is not an object.' };
  const exported = { RightWorkflow: right.run, Renamed: renamed.run, default: wrong.run, other: 5 };
  const registry = {
    adapters: [{ name: 'rest' }],
    get: (name: string) => (name === 'rest' ? {} : undefined),
  };
  tellOfWorkflows(
    { defined: [right, renamed, wrong], exported },
    { registry: registry as never, taskQueue: 'crm' },
    { warn: say, error: say },
  );
  expect(said).toEqual([
    expect.stringMatching(
      /^RenamedWorkflow has a source "c" that names the adapter "sql", .*; registered: rest\. /,
    ),
    expect.stringMatching(/^RenamedWorkflow is exported as Renamed: .* name: 'Renamed' }\)\.$/),
    expect.stringMatching(/^WrongWorkflow has a mistake, .*: refresh: is not an object\.$/),
  ]);
});
