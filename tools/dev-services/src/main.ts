import { billingReport } from './billing/billing-report';
import { type Billing, startBilling } from './billing/start-billing';
import { type CliOptions, parseCliOptions, usage, UsageError } from './cli-options';
import { type Crm, startCrm } from './crm/start-crm';
import { type Desk, startDesk } from './desk/start-desk';
import { freePort } from './free-port';
import { listenForShutdown, type Shutdown } from './shutdown';
import { startTemporal, type TemporalService } from './temporal/start-temporal';

const preferred = { port: 7233, uiPort: 8233, crmPort: 7280, billingPort: 7281, deskPort: 7282 };
const usageErrorCode = 2;

async function run(options: CliOptions, shutdown: Shutdown): Promise<void> {
  // The CRM first: it tells at once that its port is taken, where Temporal takes a while.
  const crm = await startCrm({ port: options.crmPort ?? (await freePort(preferred.crmPort)) });
  shutdown.add('The CRM', () => crm.stop());
  const desk = await startDesk({ port: options.deskPort ?? (await freePort(preferred.deskPort)) });
  shutdown.add('The support desk', () => desk.stop());
  const billing = options.billing
    ? await startBilling({ port: options.billingPort ?? (await freePort(preferred.billingPort)) })
    : undefined;
  if (billing !== undefined) shutdown.add('The billing database', () => billing.stop());
  const temporal = await startTemporal({
    port: options.port ?? (await freePort(preferred.port)),
    uiPort: options.uiPort ?? (await freePort(preferred.uiPort)),
    dbFilename: options.dbFilename,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  shutdown.add('Temporal', () => temporal.stop());
  process.stdout.write(report(temporal, { crm, desk, billing }));

  const failure = await Promise.race([temporal.ended, ...(billing === undefined ? [] : [billing.ended])]);
  if (failure !== undefined) throw failure;
}

interface Samples {
  readonly crm: Crm;
  readonly desk: Desk;
  readonly billing: Billing | undefined;
}

function report(temporal: TemporalService, { crm, desk, billing }: Samples): string {
  const curl = (token: string): string => `curl -H 'Authorization: Bearer ${token}'`;
  const crmCurl = curl(crm.issueToken());
  const change = `-X PATCH -H 'Content-Type: application/json' -d '{"name":"Aldergate Shipping"}'`;
  const query = `-H 'Content-Type: application/json' -d '{"query":"{ tickets { nodes { id subject status } } }"}'`;
  return [
    temporal.description,
    `  gRPC address  ${temporal.address}`,
    ...(temporal.uiUrl === undefined ? [] : [`  web UI        ${temporal.uiUrl}`]),
    'Sample CRM, with a token that is good until it ends.',
    `  REST API      ${crm.url}`,
    `  try           ${crmCurl} ${crm.url}/customers/c_1/contacts`,
    `  change        ${crmCurl} ${change} ${crm.url}/customers/c_1`,
    'Sample support desk, with a token of its own.',
    `  GraphQL API   ${desk.url}`,
    `  try           ${curl(desk.issueToken())} ${query} ${desk.url}`,
    ...(billing === undefined ? [] : billingReport(billing)),
    'Ctrl-C ends everything.',
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const shutdown = listenForShutdown();
  try {
    await run(options, shutdown);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    await shutdown.now(1);
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = usageErrorCode;
});
