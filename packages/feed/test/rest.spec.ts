import { restAdapter } from '@stateful-workflow/adapter-rest';
import { customSecrets } from '@stateful-workflow/core/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, sourceOf, TestEnvironment } from './support/environment';
import { RestApi } from './support/rest-api';
import { RestFeed } from './workflows';

describe('a feed over a REST API', () => {
  let api: RestApi;
  let other: RestApi;
  let env: TestEnvironment;
  let ids: string[];

  beforeEach(async () => {
    [api, other] = await Promise.all([RestApi.listen(), RestApi.listen()]);
    const origins = [api.origin, other.origin];
    env = await TestEnvironment.start({
      feeds: [RestFeed],
      adapters: [restAdapter({ origins })],
      secrets: [customSecrets({ name: 'test', get: () => ({ value: api.token, origins }) })],
    });
    ids = Array.from({ length: 45 }, (_, i) => `${env.prefix}_${i}`);
    for (const id of ids) api.set(id, `Customer ${id}`);
  });
  afterEach(async () => {
    await env.stop();
    await Promise.all([api.close(), other.close()]);
  });

  const untilInStep = async (from = api): Promise<void> => {
    for (const [id, row] of from.rows) await eventually(async () => expect(await env.held(id)).toEqual(row));
  };

  it('is one request a look, and one for each page of the first', async () => {
    const feed = await env.feed(RestFeed, { apiUrl: api.origin, apiToken: 'secret:API' });
    await untilInStep();
    expect(await feed.look()).toMatchObject({ delivered: 45 });
    const lists = api.requests.length;
    expect(api.requests.every((url) => url.startsWith('/customers?'))).toBe(true);
    api.set(ids[3] as string, 'Ada');
    await untilInStep();
    await feed.look();
    expect(await feed.data()).toMatchObject({ delivered: 46 });
    expect(api.requests.slice(lists).every((url) => url.includes('since='))).toBe(true);
    // Their own credential, for a look of their own.
    const customer = env.customer(ids[3] as string);
    await customer.executeUpdate('refresh');
    // A look of the feed may have come in between.
    expect(api.requests.filter((url) => url.includes(`/customers/${ids[3]}`))).toHaveLength(1);
    expect(await sourceOf(customer)).not.toHaveProperty('lastError');
  });

  it('reads another API once it is sent to another address', async () => {
    const feed = await env.feed(RestFeed, { apiUrl: api.origin, apiToken: 'secret:API' });
    await untilInStep();
    for (const id of ids) other.set(id, `Moved ${id}`);
    await feed.handle.signal('apiUrl', other.origin);
    await untilInStep(other);
  });
});
