// `npm run api:write`: writes into `packages/*/api` what each entry of a published package offers, as its built
// declarations have it, so that a change of it is seen in review. With --check it says whether the reports are as they
// should be; CI does that.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const isCheck = process.argv.includes('--check');
const quiet = { logLevel: ExtractorLogLevel.None };

/** `{ name, types }` for each entry of a package that has declarations, but for what the project's packages have among themselves. */
const entriesOf = (folder) =>
  Object.entries(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).exports)
    .filter(([entry, { types }]) => types !== undefined && entry !== './internal')
    .map(([, { types }]) => ({ name: types.replace(/^.*\/|\.d\.ts$/g, ''), types: resolve(folder, types) }));

function configOf(folder, { name, types }) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve(folder, 'package.json'),
    configObject: {
      projectFolder: resolve(folder),
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: resolve(folder, 'tsconfig.lib.json') },
      apiReport: {
        enabled: true,
        reportFolder: resolve(folder, 'api'),
        reportTempFolder: resolve(folder, '.cache/api'),
        reportFileName: name,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: quiet },
        // Which comments there are is for the linter and the reader.
        extractorMessageReporting: {
          default: quiet,
          // A type that is to be named by users and cannot be: in the report, for the review.
          'ae-forgotten-export': { ...quiet, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: quiet },
      },
    },
  });
}

const configs = readdirSync('packages')
  .map((name) => join('packages', name))
  .flatMap((folder) => {
    if (!existsSync(join(folder, 'dist'))) throw new Error(`${folder} is not built: npm run build`);
    const entries = entriesOf(folder);
    mkdirSync(join(folder, 'api'), { recursive: true });
    for (const file of readdirSync(join(folder, 'api')))
      if (!isCheck && !entries.some(({ name }) => file === `${name}.api.md`))
        rmSync(join(folder, 'api', file));
    return entries.map((entry) => configOf(folder, entry));
  });

// One program for all of them: to read Temporal's declarations takes longer than all else.
const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.map((config) => config.mainEntryPointFilePath),
});
const changed = configs.filter((config) => {
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: !isCheck,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  return apiReportChanged;
});
for (const { reportFilePath } of changed) console[isCheck ? 'error' : 'log'](reportFilePath);
if (isCheck && changed.length > 0) {
  console.error(
    'What these entries offer has changed: look at the difference that `npm run api:write` makes, and commit it with the change; say in CHANGELOG.md what users have to know.',
  );
  process.exitCode = 1;
}
