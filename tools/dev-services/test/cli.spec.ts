import { exec } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { parseCliOptions } from '../src/cli-options';
import { freePort } from '../src/free-port';
import { crmWithClient } from './support/crm-client';
import { dial, observedTemporal, startNode, untilGone } from './support/processes';

const bin = join(__dirname, '..', 'bin', 'dev-services.mjs');

describe('dev-services', () => {
  it('starts Temporal, the CRM, the desk and the database, says where they are, and stops all on Ctrl-C', async () => {
    const { env, pid } = await observedTemporal();
    const [port, uiPort, crmPort] = [await freePort(), await freePort(), await freePort()];
    const [deskPort, billingPort] = [await freePort(), await freePort()];
    const ports = {
      port,
      'ui-port': uiPort,
      'crm-port': crmPort,
      'desk-port': deskPort,
      'billing-port': billingPort,
    };
    const args = Object.entries(ports).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const cli = startNode([bin, ...args], env);
    await cli.matches(/Ctrl-C ends everything\.\n/);

    const { stdout } = cli.output();
    expect(stdout).toMatch(/^Temporal CLI \d+\.\d+\.\d+, at .*, as TEMPORAL_CLI_PATH says\.\n/);
    expect(stdout).toContain(`gRPC address  127.0.0.1:${port}\n`);
    expect((await fetch(/web UI +(\S+)/.exec(stdout)?.[1] ?? '')).status).toBe(200);
    const [, token = '', url = ''] = /curl -H 'Authorization: Bearer (\S+)' (\S+)/.exec(stdout) ?? [];
    expect(url).toBe(`http://127.0.0.1:${crmPort}/customers/c_1/contacts`);
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);

    const [, deskToken, body, deskUrl = ''] =
      /Bearer (\S+)' -H 'Content-Type: application\/json' -d '(.*)' (\S+)\n/.exec(stdout) ?? [];
    expect(deskUrl).toBe(`http://127.0.0.1:${deskPort}/graphql`);
    const headers = { authorization: `Bearer ${deskToken}`, 'content-type': 'application/json' };
    const tickets = await fetch(deskUrl, { method: 'POST', headers, body });
    expect(await tickets.text()).toContain('"t_1_1"');

    const database = { host: '127.0.0.1', port: billingPort, database: 'billing' };
    const [, user, password] = /may read +(\S+), password (\S+)/.exec(stdout) ?? [];
    const client = new Client({ ...database, user, password });
    await client.connect();
    const status = async (): Promise<unknown> =>
      (await client.query("SELECT status FROM invoices WHERE id = 'i_1_1'")).rows;
    expect(await status()).toEqual([{ status: 'open' }]);
    // The command that is printed.
    const [, command = ''] = /(PGHOST=.*)\n/.exec(stdout) ?? [];
    expect(await promisify(exec)(command)).toEqual({ stdout: 'UPDATE 1\n', stderr: '' });
    expect(await status()).toEqual([{ status: 'paid' }]);
    await client.end();

    // To the whole group, as a terminal does it with Ctrl-C.
    process.kill(-(cli.child.pid ?? 0), 'SIGINT');
    expect(await cli.ended).toBe(0);
    expect(cli.output()).toEqual({ stdout, stderr: '' });
    await untilGone(await pid());
    for (const closed of [port, uiPort, crmPort, deskPort, billingPort]) {
      await expect(dial(`127.0.0.1:${closed}`)).rejects.toThrow('ECONNREFUSED');
    }
  });

  it('exits with 1 and a message when something cannot start', async () => {
    const { crm } = await crmWithClient();
    const taken = new URL(crm.url).port;
    const noCrm = startNode([bin, '--crm-port', taken]);
    expect(await noCrm.ended).toBe(1);
    expect(noCrm.output()).toEqual({
      stdout: '',
      stderr: `The sample CRM cannot listen on 127.0.0.1:${taken}.\n`,
    });

    const noBilling = startNode([bin, '--billing-port', taken]);
    expect(await noBilling.ended).toBe(1);
    expect(noBilling.output()).toEqual({
      stdout: '',
      stderr: `Postgres cannot listen on 127.0.0.1:${taken}.\n`,
    });

    const noTemporal = startNode([bin, '--no-billing'], {
      ...process.env,
      TEMPORAL_ADDRESS: '',
      TEMPORAL_CLI_PATH: '/nowhere',
    });
    expect(await noTemporal.ended).toBe(1);
    expect(noTemporal.output().stderr).toContain('TEMPORAL_CLI_PATH: /nowhere is not an executable file');
  });

  it('does without the database, and exits with 1 when the server dies', async () => {
    const { env, pid } = await observedTemporal();
    const cli = startNode([bin, '--no-billing'], env);
    await cli.matches(/Ctrl-C ends everything\.\n/);
    expect(cli.output().stdout).not.toContain('Postgres');
    process.kill(await pid(), 'SIGKILL');
    expect(await cli.ended).toBe(1);
    expect(cli.output().stderr).toMatch(/^The server ended with code 1\./);
  });

  it('exits with 2 and shows the usage when the arguments cannot be understood', async () => {
    const cli = startNode([bin, '--prot', '1']);
    expect(await cli.ended).toBe(2);
    expect(cli.output().stderr).toMatch(/^Unknown option '--prot'.*Usage: dev-services/s);
  });
});

describe('parseCliOptions', () => {
  it('reads ports and a file', () => {
    const args = ['--port', '1', '--ui-port=65535', '--crm-port', '8080', '--no-billing', '--db', 'state.db'];
    expect(parseCliOptions(args)).toEqual({
      help: false,
      port: 1,
      uiPort: 65_535,
      crmPort: 8080,
      billing: false,
      dbFilename: 'state.db',
    });
  });

  it.each(['0', '65536', 'x', ''])('refuses a port that cannot be: %j', (port) => {
    expect(() => parseCliOptions(['--ui-port', port])).toThrow(
      `--ui-port must be a port, 1 to 65535, not \`${port}\`.`,
    );
  });
});
