import { Context } from '@temporalio/activity';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import {
  KNOWS_SEARCH_ATTRIBUTES,
  SEARCH_ATTRIBUTES,
  type SearchAttributeActivities,
} from '../contract/search-attributes';

/** gRPC's code for a question that cannot be understood. */
const INVALID_ARGUMENT = 3;
/** So long the answer that the server does not know them holds: somebody may create them. */
const UNKNOWN_MS = 60_000;

interface Answer {
  readonly isKnown: Promise<boolean>;
  readonly at: number;
}

/** What each client was told: a fleet that starts does not ask for each of its workflows. */
const answers = new WeakMap<Client, Answer>();

/** What workflows with search attributes need that only the server can answer. */
export const searchAttributeActivities: SearchAttributeActivities = {
  async [KNOWS_SEARCH_ATTRIBUTES]() {
    const { client } = Context.current();
    const known = answers.get(client);
    if (known !== undefined && ((await known.isKnown) || Date.now() - known.at < UNKNOWN_MS))
      return known.isKnown;
    const isKnown = asked(client);
    answers.set(client, { isKnown, at: Date.now() });
    // What could not be asked is asked anew.
    isKnown.catch(() => answers.delete(client));
    return isKnown;
  },
};

/** A query that names them is refused where they are not known. Whoever may list workflows may ask so. */
async function asked(client: Client): Promise<boolean> {
  const { status, entity } = SEARCH_ATTRIBUTES;
  try {
    await client.workflow.count(`${status.name} = 'running' AND ${entity.name} = 'none'`);
    return true;
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    const grpc = isGrpcServiceError(error) ? error : cause;
    if (isGrpcServiceError(grpc) && Number(grpc.code) === INVALID_ARGUMENT) return false;
    throw error;
  }
}
