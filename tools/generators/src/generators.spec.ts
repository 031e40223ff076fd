import { addProjectConfiguration, readJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { adapterGenerator } from './adapter/generator';
import { workflowGenerator } from './workflow/generator';

// What is generated is compiled and tested by try-out.mjs.
let tree: Tree;
beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  // Which formatter is used is known by its configuration.
  tree.delete('.oxfmtrc.json');
  tree.write('.prettierrc.json', '{ "singleQuote": true, "printWidth": 110 }');
  tree.write('package.json', '{ "name": "workspace", "devDependencies": { "prettier": "^3.10.1" } }');
  addProjectConfiguration(tree, 'desk', { root: 'apps/desk' });
  tree.write('apps/desk/package.json', '{ "name": "desk" }');
});

describe('the adapter generator', () => {
  it('writes a package that is like the others', async () => {
    tree.write('LICENSE', 'MIT');
    await adapterGenerator(tree, { name: 'object-store' });
    const folder = 'packages/adapter-object-store';
    expect(readJson(tree, `${folder}/package.json`)).toMatchObject({
      name: '@stateful-workflow/adapter-object-store',
      nx: { tags: ['type:adapter'] },
    });
    expect(tree.read(`${folder}/src/workflow.ts`, 'utf8')).toContain('export function objectStore<');
    expect(tree.read(`${folder}/src/object-store-adapter.ts`, 'utf8')).toMatch(/name: .object-store./);
    expect(tree.read(`${folder}/tsconfig.json`, 'utf8')).toContain('"../../tsconfig.base.json"');
    expect(tree.read(`${folder}/LICENSE`, 'utf8')).toBe('MIT');
  });

  it('overwrites nothing', async () => {
    await adapterGenerator(tree, { name: 'redis' });
    await expect(adapterGenerator(tree, { name: 'redis' })).rejects.toThrow(/adapter-redis is there already/);
  });
});

describe('the workflow generator', () => {
  it('adds a workflow, its export, its test and what they depend on', async () => {
    tree.write('apps/desk/src/workflows/index.ts', "export { TicketWorkflow } from './ticket';\n");
    await workflowGenerator(tree, { entity: 'SalesOrder', project: 'desk' });
    // Which quotes there are is the formatter's.
    const index = tree.read('apps/desk/src/workflows/index.ts', 'utf8')?.replaceAll('"', "'");
    expect(index).toBe(
      "export { TicketWorkflow } from './ticket';\nexport { SalesOrderWorkflow } from './sales-order';\n",
    );
    expect(tree.read('apps/desk/src/workflows/sales-order.ts', 'utf8')).toContain('/sales-orders/{id}');
    expect(tree.read('apps/desk/test/sales-order.spec.ts', 'utf8')).toMatch(/from .\.\.\/src\/workflows.;/);
    expect(
      Object.keys(readJson<{ dependencies: object }>(tree, 'apps/desk/package.json').dependencies),
    ).toContain('@stateful-workflow/core');
  });

  it('overwrites nothing', async () => {
    await workflowGenerator(tree, { entity: 'Order', project: 'desk' });
    await expect(workflowGenerator(tree, { entity: 'Order', project: 'desk' })).rejects.toThrow(
      /order\.ts is there already/,
    );
  });
});
