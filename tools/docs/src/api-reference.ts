import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import { MarkdownPageEvent, type PluginOptions } from 'typedoc-plugin-markdown';
import { ROOT } from './pages.js';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | { readonly types?: string }>>;
}

/** Where the API reference is written: a page for each entry point. */
export const API = join(ROOT, 'docs/reference/api');

/** The entry points of the published packages, as they are imported, with the types that were built of them. */
function entryPoints(): Map<string, string> {
  const points = readdirSync(join(ROOT, 'packages')).flatMap((folder): [string, string][] => {
    const path = join(ROOT, 'packages', folder);
    const { name, exports = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
    return Object.entries(exports).flatMap(([entry, target]): [string, string][] => {
      const types = typeof target === 'string' ? undefined : target.types;
      return types === undefined || entry === './internal'
        ? []
        : [[join(path, types), posix.join(name, entry)]];
    });
  });
  return new Map(points);
}

const typeDocName = (file: string): string =>
  relative(join(ROOT, 'packages'), file)
    .replaceAll('\\', '/')
    .replace(/(\/index)?\.d\.ts$/, '');

/** Writes the API reference, of the comments of everything that the packages export. It needs the packages to be built. */
export async function writeApiReference(): Promise<void> {
  const points = entryPoints();
  const options: TypeDocOptions & Partial<PluginOptions> = {
    name: 'API',
    out: API,
    entryPoints: [...points.keys()],
    tsconfig: join(ROOT, 'tools/docs/tsconfig.api.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputFileStrategy: 'modules',
    entryFileName: 'README',
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    excludeExternals: true,
    parametersFormat: 'table',
    propertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
    readme: 'none',
    skipErrorChecking: true,
    cleanOutputDir: true,
    logLevel: 'Error',
  };
  const app = await Application.bootstrapWithPlugins(options);
  // A heading in a comment is none of the page.
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents?.replaceAll(/^#+ (Rules|Error behaviour)$/gm, '**$1**');
  });
  const project = await app.convert();
  if (project === undefined)
    throw new Error('TypeDoc read nothing. Build the packages first: npm run build.');
  // TypeDoc names an entry point after its file: core/dist/workflow.
  const names = new Map([...points].map(([file, name]) => [typeDocName(file), name]));
  for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name;
  await app.generateOutputs(project);
}
