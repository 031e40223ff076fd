import { startConsole } from '@stateful-workflow/console';
import { billingCommand, freePort, type Shutdown } from '@stateful-workflow/dev-services';
import type { CliOptions } from './cli-options';
import { Fleet } from './fleet/fleet';
import { live } from './live';
import { Stage } from './stage';
import { inThousands } from './tour/figures';
import { terminalOf } from 'stateful-workflow/terminal';
import { temporalAlias } from './temporal-command';

const ids = ['c_1', 'c_2', 'c_3'];

/** What can be said of a demo to play with. */
export type PlayOptions = Pick<CliOptions, 'customers' | 'workers' | 'live'>;

/**
 * Starts everything, says where to look and what to try, and goes on until something ends that should not.
 *
 * @throws Error when something does not start, or ends by itself
 */
export async function play(shutdown: Shutdown, options: PlayOptions): Promise<never> {
  const { customers, workers } = options;
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const stage = await Stage.set({
    shutdown,
    crm: { customers: ids.length, contactsPerCustomer: 3 },
    crms: 1,
    ports: { temporal: 7233, ui: 8233, crm: 7280, billing: 7281 },
    progress,
  });
  stage.crm.revokeToken(stage.secrets.CRM_TOKEN_NEXT);
  for (let n = 1; n < workers; n += 1) await stage.startWorker();
  // In the namespace of the accounts: the console shows one.
  const { namespace } = stage.temporal;
  const fleet = await Fleet.set(stage, { customers, workers, namespace, port: 7283 });
  const url = await openConsole(stage, fleet);
  process.stdout.write(`${bold(`The console: ${url}`)}\n`);
  const started = await Promise.all(ids.map((id) => stage.ensureAccount(id)));
  const lines = await Promise.all(
    started.map(async (handle) => {
      const data = await handle.data();
      const counts = [
        `${data?.contacts.length} contacts`,
        `${data?.tickets.length} tickets`,
        `${data?.invoices.length} invoices`,
      ];
      return `  ${handle.workflowId}  ${data?.name}, plan ${data?.plan}, ${counts.join(', ')}`;
    }),
  );
  await fleet.begin(progress);
  if (options.live) {
    const failed = (error: unknown): void => progress(error instanceof Error ? error.message : String(error));
    shutdown.add('The traffic', async () => ends());
    const ends = live(stage, fleet, ids, failed);
  }
  process.stdout.write(await report(stage, fleet, { url, workflows: lines }));
  return stage.failure;
}

/** Opens the console over all that the demo runs. @returns its address */
async function openConsole(
  { client, temporal, shutdown, taskQueue, isOurs }: Stage,
  fleet: Fleet,
): Promise<string> {
  const { url, close } = await startConsole({
    client,
    address: temporal.address,
    port: await freePort(8480),
    // On a server of somebody else's, that has workflows of its own.
    ...(!isOurs && { query: `TaskQueue IN ('${taskQueue}', '${fleet.taskQueue}')` }),
    ...(temporal.uiUrl !== undefined && { temporalUi: temporal.uiUrl }),
  });
  shutdown.add('The console', close);
  return url;
}

const bold = (text: string): string => terminalOf(process.stdout, process.env).style('bold', text);

interface Played {
  /** Where the console is. */
  readonly url: string;
  readonly workflows: readonly string[];
}

async function report(stage: Stage, fleet: Fleet, { url, workflows }: Played): Promise<string> {
  const terminal = terminalOf(process.stdout, process.env);
  const { temporal, crm, desk, billing, logs } = stage;
  const cli = 'temporal workflow';
  const alias = await temporalAlias();
  const to = `--address ${temporal.address} --workflow-id Customer-c_1`;
  // A token of its own, and below a login of its own: those of the worker are printed nowhere.
  const authorization = `-H 'Authorization: Bearer ${crm.issueToken()}'`;
  const fleetAuthorization = `-H 'Authorization: Bearer ${fleet.crm.issueToken()}'`;
  const toFleet = `--address ${temporal.address} --namespace ${fleet.namespace}`;
  const json = `-H 'Content-Type: application/json'`;
  const place = (name: string, where: string): string =>
    `  ${name.padEnd(13)} ${terminal.style('cyan', where)}`;
  const command = (about: string, text: string): string =>
    `  ${terminal.style('dim', `# ${about}`)}\n  ${text}`;
  return [
    '',
    bold(
      'Customer 360: three accounts, each in step with a customer of three systems, and a workflow for each part',
    ),
    ...workflows,
    '',
    bold('Where to look'),
    place('console', url),
    place('Temporal UI', stage.uiLink() ?? 'the one of your server'),
    place('Temporal', temporal.address),
    place('CRM', crm.url),
    place('support desk', desk.url),
    place('billing', `Postgres at ${billing.host}:${billing.port}, database ${billing.database}`),
    place('worker log', `${logs.directory}/worker.log`),
    '',
    bold('What to try, in another terminal'),
    command(
      'change a customer, and find the change in its workflow a few seconds later',
      `curl -X PATCH ${authorization} ${json} -d '{"plan":"enterprise"}' ${crm.url}/customers/c_1`,
    ),
    command(
      'pay an invoice in the database, and find it paid',
      billingCommand(billing, billing.clerk, "UPDATE invoices SET status = 'paid' WHERE id = 'i_1_1'"),
    ),
    ...(alias === undefined ? [] : [command("Temporal's CLI, which is not on the PATH", alias)]),
    command(
      'ask the workflow: also for its health, and the tickets that it escalated at the desk',
      `${cli} query ${to} --type data`,
    ),
    command('how its sources are doing', `${cli} query ${to} --type sources`),
    command(
      'let the CRM fail, and see Temporal retry; then end it',
      `curl -X POST ${json} -d '{"status":503}' ${crm.url}/admin/behaviour`,
    ),
    `  curl -X DELETE ${crm.url}/admin/behaviour`,
    command('load now', `${cli} signal ${to} --name refresh`),
    command(
      'give it a token that was revoked (by name: the worker has it): unauthorized, the data stays; or on its page',
      `${cli} signal ${to} --name apiToken --input '"secret:CRM_TOKEN_NEXT"'`,
    ),
    command(
      'and a good one, which it takes up at once',
      `${cli} signal ${to} --name apiToken --input '"secret:CRM_TOKEN"'`,
    ),
    '',
    bold(`A fleet: ${inThousands(fleet.customers)} workflows that one feed keeps in step`),
    place('its CRM', fleet.crm.url),
    place('its feed', stage.uiLink('CustomersFeed-all', fleet.namespace) ?? 'the workflow CustomersFeed-all'),
    command(
      'change a customer: the CRM sends a webhook, and its workflow looks at once',
      `curl -X PATCH ${fleetAuthorization} ${json} -d '{"city":"Bergen"}' ${fleet.crm.url}/customers/c_1`,
    ),
    command('ask its workflow', `${cli} query ${toFleet} --workflow-id FleetCustomer-c_1 --type data`),
    command('how the feed is doing', `${cli} query ${toFleet} --workflow-id CustomersFeed-all --type data`),
    ...(temporal.metricsUrl === undefined
      ? []
      : [
          command(
            'what Temporal has counted as Actions, by type',
            `curl -s ${temporal.metricsUrl} | grep '^action{.*namespace="${fleet.namespace}"'`,
          ),
        ]),
    '',
    `${terminal.style('dim', 'With no hands:')} npm run demo -- --tour`,
    'Ctrl-C ends everything.',
    '',
  ].join('\n');
}
