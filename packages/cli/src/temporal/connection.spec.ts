import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors';
import { connectionOptions } from './connection';

let folder: string;
let file: string;
/** No home, so that the configuration file of whoever runs the tests is not read. */
const bare = { HOME: '/nonexistent' };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stateful-workflow-config-'));
  file = join(folder, 'temporal.toml');
  writeFileSync(
    file,
    `[profile.default]
address = "file.example.com:7233"
namespace = "file"

[profile.production]
address = "production.example.com:7233"
namespace = "production"
api_key = "hunter2"
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('connectionOptions', () => {
  it('is a local server when nothing is set, or set to nothing', () => {
    const local = { options: { address: '127.0.0.1:7233' }, namespace: 'default' };
    expect(connectionOptions({}, bare)).toEqual(local);
    const empty = { ...bare, TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '' };
    expect(connectionOptions({}, empty)).toEqual(local);
  });

  it('takes flags before the environment, and that before the file', () => {
    const env = { ...bare, TEMPORAL_CONFIG_FILE: file };
    expect(connectionOptions({}, env)).toMatchObject({
      options: { address: 'file.example.com:7233' },
      namespace: 'file',
    });
    const more = { ...env, TEMPORAL_ADDRESS: 'env.example.com:1', TEMPORAL_NAMESPACE: 'env' };
    expect(connectionOptions({}, more)).toMatchObject({
      options: { address: 'env.example.com:1' },
      namespace: 'env',
    });
    expect(connectionOptions({ address: 'flag.example.com', namespace: 'flag' }, more)).toMatchObject({
      options: { address: 'flag.example.com' },
      namespace: 'flag',
    });
  });

  it('takes a profile by flag or by the environment; an API key brings TLS', () => {
    const production = {
      options: { address: 'production.example.com:7233', apiKey: 'hunter2', tls: true },
      namespace: 'production',
    };
    const env = { ...bare, TEMPORAL_CONFIG_FILE: file };
    expect(connectionOptions({ profile: 'production' }, env)).toMatchObject(production);
    expect(connectionOptions({}, { ...env, TEMPORAL_PROFILE: 'production' })).toMatchObject(production);
  });

  it('says what to check when the configuration cannot be used, without quoting it', () => {
    const env = { ...bare, TEMPORAL_CONFIG_FILE: file };
    expect(() => connectionOptions({ profile: 'nope' }, env)).toThrow(UsageError);
    expect(() => connectionOptions({ profile: 'nope' }, env)).toThrow(/Profile 'nope' not found.*--profile/);
    const broken = join(folder, 'broken.toml');
    writeFileSync(broken, '[profile.default]\napi_key = "hunter2\n');
    const load = () => connectionOptions({}, { ...bare, TEMPORAL_CONFIG_FILE: broken });
    expect(load).toThrow(/^Temporal's configuration cannot be used: (?!.*hunter2).*TEMPORAL_CONFIG_FILE/);
  });

  it.each(['http://user:hunter2@host:7233', 'hunter2@host', 'host:port', 'a b', 'host/path'])(
    'refuses the address %s without repeating it',
    (address) => {
      const message = /^The value of --address must be HOST or HOST:PORT(?!.*hunter2)/;
      expect(() => connectionOptions({ address }, bare)).toThrow(message);
      expect(() => connectionOptions({}, { ...bare, TEMPORAL_ADDRESS: address })).toThrow(
        /^The server's address must be HOST or HOST:PORT(?!.*hunter2)/,
      );
    },
  );

  it.each(['[::1]:7233', '127.0.0.1', 'temporal-frontend.svc:443'])('takes the address %s', (address) => {
    expect(connectionOptions({ address }, bare).options.address).toBe(address);
  });
});
