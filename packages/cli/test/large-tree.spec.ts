import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TreeNode } from '../src/index';
import { inParallel } from '../src/tree/in-parallel';
import { cli } from './support/cli';
import { child, startEnvironment, type TestEnvironment } from './support/environment';

const root = `Fleet-${randomUUID().slice(0, 6)}`;
const ids = Array.from({ length: 300 }, (_, index) => `${root}-${index}`);

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await startEnvironment();
  await inParallel(ids, 20, (id) => environment.entity(id));
  await environment.entity(root, { children: ids.map((id) => child(id)) });
});
afterAll(() => environment.stop());

describe('tree of 300 children', () => {
  it('has all of them, in their order', async () => {
    const { stdout, stderr, code } = await cli(['tree', root, '--json']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const { children = [], ...own } = JSON.parse(stdout) as TreeNode;
    expect(own).toMatchObject({ status: 'running', childCount: 300 });
    expect(children.map(({ workflowId }) => workflowId)).toEqual(ids);
    expect(new Set(children.map(({ status }) => status))).toEqual(new Set(['running']));
  }, 120_000);
});
