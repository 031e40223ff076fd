import { join } from 'node:path';
import {
  addDependenciesToPackageJson,
  formatFiles,
  generateFiles,
  type GeneratorCallback,
  names,
  readProjectConfiguration,
  type Tree,
} from '@nx/devkit';
import { versions } from '../versions';

/** What a workflow is generated from. */
export interface WorkflowGeneratorOptions {
  /** What there is a workflow for each of: `Order`. */
  readonly entity: string;
  /** The project that has it. */
  readonly project: string;
  /** Where workflows are in the project. @default 'src/workflows' */
  readonly directory?: string;
}

/**
 * Adds a workflow to a project: its class, its export from the index of the workflows, a test, and the dependencies that they
 * have.
 *
 * @returns what installs the dependencies once the files are written
 * @throws Error where the project has such a workflow already
 */
export async function workflowGenerator(
  tree: Tree,
  { entity, project, directory = 'src/workflows' }: WorkflowGeneratorOptions,
): Promise<GeneratorCallback> {
  const { root } = readProjectConfiguration(tree, project);
  const { fileName, className, propertyName } = names(entity);
  const folder = `${root}/${directory}`;
  if (tree.exists(`${folder}/${fileName}.ts`))
    throw new Error(`${folder}/${fileName}.ts is there already. Choose another name.`);
  generateFiles(tree, join(__dirname, '../../files/workflow'), root, {
    directory,
    fileName,
    Entity: className,
    variable: propertyName,
    path: `${fileName}s`,
  });
  tree.rename(`${root}/workflow.ts`, `${folder}/${fileName}.ts`);
  tree.rename(`${root}/workflow.spec.ts`, `${root}/test/${fileName}.spec.ts`);
  const index = `${folder}/index.ts`;
  const known = tree.read(index, 'utf8') ?? '';
  tree.write(index, `${known}export { ${className}Workflow } from './${fileName}';\n`);
  await formatFiles(tree);
  const [dependencies, devDependencies] = versions();
  return addDependenciesToPackageJson(tree, dependencies, devDependencies, `${root}/package.json`);
}

export default workflowGenerator;
