import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, environment } from './support/cli';

describe('stateful-workflow', () => {
  it('shows how it is used', async () => {
    const { stdout, stderr, code } = await cli(['--help']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    for (const command of [
      'tree',
      'status',
      'refresh',
      'pause',
      'resume',
      'cancel',
      'rotate-token',
      'roll',
      'replay',
      'list',
      'costs',
    ]) {
      expect(stdout).toContain(`\n  ${command} `);
    }
    const { stdout: version } = await cli(['--version']);
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [[], /^Usage: stateful-workflow/],
    [['tre', 'x'], /unknown command 'tre'\n\(Did you mean tree\?\)/],
    [['tree'], /missing required argument 'workflowId'/],
    [['tree', 'x', '--dept', '1'], /unknown option '--dept'/],
    [['tree', 'x', '--depth', '-1'], /'--depth <levels>' argument '-1' is invalid/],
    [['tree', 'x', '--timeout', '0'], /'--timeout <seconds>' argument '0' is invalid/],
    [['pause', 'x', 'y'], /too many arguments/],
    [['roll', 'x', '--type', 'CustomerWorkflow'], /takes either the id of one workflow, or --type/],
    [['list', '--status', 'angry'], /"angry" is not a status that a workflow which runs can have/],
    [['replay'], /required option '--workflows <file>' not specified/],
    [['replay', '--workflows', 'x', '--limit', '0'], /'--limit <number>' argument '0' is invalid/],
    [['roll', '--rate', '0'], /'--rate <number>' argument '0' is invalid/],
    [['roll', '--rate', '1e-9'], /'--rate <number>' argument '1e-9' is invalid/],
    // What a shell makes of a variable that is not set.
    [['roll', ''], /is invalid for argument 'workflowId'. It must not be empty/],
    [['status', ' '], /is invalid for argument 'workflowId'. It must not be empty/],
    [['roll', '--type', ''], /'--type <workflowType>' argument '' is invalid. It must not be empty/],
    [['list', '--query', ''], /'--query <filter>' argument '' is invalid. It must not be empty/],
    [['list', '--namespace', ''], /'--namespace <name>' argument '' is invalid. It must not be empty/],
    [['replay', '--workflows', ''], /'--workflows <file>' argument '' is invalid. It must not be empty/],
    [['roll', '--query', 'Colour = 1'], /does not understand the query: .*Colour/],
    [['tree', 'x', '--keyring', '/nowhere'], /the file \/nowhere cannot be read \(ENOENT\)/],
    [['tree', 'x', '--profile', 'nope'], /Profile 'nope' not found/],
  ])('exits with 2 for %j', async (args, message) => {
    const { stdout, stderr, code } = await cli(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('ends in peace when its reader has gone', async () => {
    const { stderr, code } = await cli(['--help'], undefined, { deaf: true });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  it('exits with 1 when there is no such workflow', async () => {
    for (const command of ['tree', 'status', 'refresh', 'pause', 'cancel']) {
      const { stdout, stderr, code } = await cli([command, 'nobody', '--json']);
      expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
      expect(stderr).toMatch(
        /^There is no workflow "nobody" in namespace "default" at \S+:\d+\. Check .*\n$/,
      );
    }
  });

  it('exits with 1 when there is no such namespace', async () => {
    const { stdout, stderr, code } = await cli(['tree', 'x', '--namespace', 'nowhere']);
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toMatch(/^There is no namespace "nowhere" at \S+\. Name another with --namespace.*\n$/);
  });

  it('says which server does not answer, and how to name another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');

    const address = `127.0.0.1:${port}`;
    const { stdout, stderr, code } = await cli(['tree', 'x'], environment({ TEMPORAL_ADDRESS: address }));
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toBe(
      `No Temporal server answers at ${address}: connect ECONNREFUSED ${address}. Start one, or say where it is: --address HOST:PORT, TEMPORAL_ADDRESS, or a --profile of Temporal's configuration file; TLS and API keys are set there as well.\n`,
    );
  });

  it('says so as well of a server that is no Temporal server', async () => {
    const server = createServer((socket) => void socket.end('220 mail.example.com\r\n')).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { stderr, code } = await cli(['tree', 'x', '--address', `127.0.0.1:${port}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^No Temporal server answers at 127\\.0\\.0\\.1:${port}: .*\\n$`));
  });
});
