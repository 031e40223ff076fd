import { parseArgs } from 'node:util';
import { audit } from './audit';

const usage = `Usage: npm run audit:secrets -- [options]

Runs a hierarchy, and the demo, with secrets that are made to be looked for, through everything that could leak
one; then searches every history, memo, query, log, metric and file for each of them, in every encoding. Fails, and
says where, if it finds any.

  --self-test   only plants secrets: the audit has to find them, and fails
  --no-demo     leaves the demo out
  --help        show this
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'self-test': { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const started = Date.now();
  const progress = (line: string): void =>
    void process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)}s  ${line}\n`);
  const { finds, canaries, texts, bytes, unused } = await audit({
    plant: values['self-test'],
    demo: !values['no-demo'],
    progress,
  });
  for (const { canary, form, where, before } of finds)
    process.stdout.write(
      `FOUND  ${canary}, ${form}\n       in ${where}\n       after ${JSON.stringify(before)}\n`,
    );
  for (const label of unused) process.stdout.write(`NEVER SENT  ${label}: the audit says nothing of it\n`);
  process.stdout.write(
    `${finds.length} finds of ${canaries} secrets in ${texts} texts (${(bytes / 1024 / 1024).toFixed(1)} MiB)\n`,
  );
  process.exitCode = finds.length === 0 && unused.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});
