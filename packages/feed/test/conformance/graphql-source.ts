import { graphqlAdapter } from '@stateful-workflow/adapter-graphql';
import { startDesk } from '@stateful-workflow/dev-services';
import { type Source, TOKENS } from './source';

/** Customers behind a GraphQL API: they are the tickets of a desk. */
export async function startGraphqlSource(): Promise<Source> {
  const desk = await startDesk({ customers: 0, tokens: [TOKENS.FIRST] });
  const begin = Date.UTC(2026, 0, 1);
  let changes = 0;
  return {
    adapter: () => graphqlAdapter({ origins: [desk.origin] }),
    origin: desk.origin,
    apiUrl: desk.url,
    async put(...rows) {
      for (const { id, name } of rows) {
        const updatedAt = new Date(begin + ++changes * 60_000).toISOString();
        desk.putTicket({ id, customerId: 'c_1', subject: name, status: 'open', updatedAt });
      }
    },
    async remove(...ids) {
      for (const id of ids) desk.removeTicket(id);
    },
    breakOff: async () => desk.behave({ after: 1, drop: 'within' }),
    recover: async () => desk.behaveNormally(),
    async revoke() {
      desk.addToken(TOKENS.SECOND);
      desk.revokeToken(TOKENS.FIRST);
    },
    stop: () => desk.stop(),
  };
}
