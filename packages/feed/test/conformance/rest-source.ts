import { restAdapter } from '@stateful-workflow/adapter-rest';
import { RestApi } from '../support/rest-api';
import { type Source, TOKENS } from './source';

/** Customers behind a REST API. */
export async function startRestSource(): Promise<Source> {
  const api = await RestApi.listen(TOKENS.FIRST);
  const { origin } = api;
  return {
    adapter: () => restAdapter({ origins: [origin] }),
    origin,
    apiUrl: origin,
    async put(...rows) {
      for (const { id, name } of rows) api.set(id, name);
    },
    async remove(...ids) {
      for (const id of ids) api.remove(id);
    },
    breakOff: async () => void (api.lastPage = 1),
    recover: async () => void (api.lastPage = Infinity),
    revoke: async () => void (api.token = TOKENS.SECOND),
    stop: () => api.close(),
  };
}
